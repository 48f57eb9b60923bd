import { Long, UUID, type Db, type Document } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { valueAt } from "../doubles/mongod/bson-document.ts";
import { startClientRoad, type Access, type ClientRoad } from "../support/client-road.ts";
import { mongoClient } from "../support/mongo-client.ts";
import { MongoRawClient } from "../support/mongo-raw-client.ts";
import { mongoKinds, startServedDouble, startServedMongo, type ServedMongo } from "../support/served-mongo.ts";

const CURSOR_NOT_FOUND = 43;
const NO_SUCH_TRANSACTION = 251;
const COUNT = 10;

/** Lends the database to somebody's client, all of whose commands go over one connection. */
async function withShop<T>(road: ClientRoad, access: Access, use: (shop: Db) => Promise<T>): Promise<T> {
  const client = mongoClient(road, access, { maxPoolSize: 1 });
  try {
    return await use(client.db("shop"));
  } finally {
    await client.close();
  }
}

/** The number of a cursor that has more to give. */
async function openCursor(shop: Db): Promise<Long> {
  const reply: Document = await shop.command({ find: "numbers", batchSize: 2 }, { promoteLongs: false });
  const id = valueAt(reply, "cursor.id");
  if (!Long.isLong(id) || id.isZero()) throw new Error("the server opened no cursor");
  return id;
}

const readOn = (shop: Db, id: Long): Promise<Document> =>
  shop.command({ getMore: id, collection: "numbers", batchSize: COUNT });

describe.each(mongoKinds)("a cursor of one principal on %s", (kind) => {
  let served: ServedMongo;
  let road: ClientRoad;

  beforeAll(async () => {
    served = await startServedMongo(kind);
    road = await startClientRoad(served);
    await withShop(road, road.ticket, async (shop) => {
      await shop.collection("numbers").deleteMany({});
      await shop.collection("numbers").insertMany(Array.from({ length: COUNT }, (_, n) => ({ n })));
    });
  });
  afterAll(async () => {
    await road[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  it("is gone on with over another connection of the same one", async () => {
    await withShop(road, road.ticket, async (shop) => {
      const id = await openCursor(shop);
      const rest = await withShop(road, road.ticket, (other) => readOn(other, id));
      expect(valueAt(rest, "cursor.nextBatch")).toHaveLength(COUNT - 2);
    });
  });

  it("is neither read nor closed by another principal who knows its number", async () => {
    const token = await road.token();
    await withShop(road, road.ticket, async (shop) => {
      const id = await openCursor(shop);
      await withShop(road, token, async (other) => {
        await expect(readOn(other, id)).rejects.toMatchObject({ code: CURSOR_NOT_FOUND });
        const killed: Document = await other.command(
          { killCursors: "numbers", cursors: [id] },
          { promoteLongs: false },
        );
        expect(killed).toMatchObject({ cursorsKilled: [], cursorsNotFound: [id] });
      });
      const rest = await readOn(shop, id);
      expect(valueAt(rest, "cursor.nextBatch")).toHaveLength(COUNT - 2);
    });
  });

  it("is closed by its own", async () => {
    await withShop(road, road.ticket, async (shop) => {
      const id = await openCursor(shop);
      const killed: Document = await shop.command({ killCursors: "numbers", cursors: [id] }, { promoteLongs: false });
      expect(killed).toMatchObject({ cursorsKilled: [id], cursorsNotFound: [] });
      await expect(readOn(shop, id)).rejects.toMatchObject({ code: CURSOR_NOT_FOUND });
    });
  });
});

describe("a transaction of one principal", () => {
  it("is neither looked into, ended nor aborted by another who knows its session", async () => {
    await using served = await startServedDouble({ as: "mongos" });
    await using road = await startClientRoad(served);
    await using mine = await rawClient(road, road.ticket);
    await using other = await rawClient(road, await road.token());
    const lsid = { id: new UUID() };
    const inside = { lsid, txnNumber: Long.fromNumber(1), autocommit: false };
    const insert = (n: number): Document => ({
      insert: "t",
      documents: [{ n }],
      ...inside,
      startTransaction: true,
      $db: "shop",
    });
    const commit = { commitTransaction: 1, ...inside, $db: "admin" };
    const abort = { abortTransaction: 1, ...inside, $db: "admin" };

    expect(await mine.ask(insert(1))).toMatchObject({ ok: 1 });
    for (const command of [{ find: "t", ...inside, $db: "shop" }, commit, abort]) {
      expect(await other.ask(command)).toMatchObject({ ok: 0, code: NO_SUCH_TRANSACTION });
    }
    expect(await other.ask({ endSessions: [lsid], $db: "admin" })).toMatchObject({ ok: 1 });
    // the same name is a session of its own under another login
    expect(await other.ask(insert(2))).toMatchObject({ ok: 1 });
    expect(await other.ask(abort)).toMatchObject({ ok: 1 });
    expect(await mine.ask(commit)).toMatchObject({ ok: 1 });
    expect(await mine.ask({ distinct: "t", key: "n", $db: "shop" })).toMatchObject({ values: [1] });

    const sessions = new Set(served.mongod.commands.flatMap(({ command }) => JSON.stringify(command["lsid"]) ?? []));
    expect(sessions.size).toBe(2);
    expect(sessions).not.toContain(JSON.stringify(lsid));
  });
});

/** By SCRAM with a ticket, by PLAIN with a token; sessions are what the commands say, which a driver would not have. */
async function rawClient({ port, ca }: ClientRoad, { user, secret }: Access): Promise<MongoRawClient> {
  const client = await MongoRawClient.open(port, ca);
  if (user.includes("~")) await client.proveByScram(user, secret, "admin");
  else await client.provePlain(user, secret, "$external");
  return client;
}
