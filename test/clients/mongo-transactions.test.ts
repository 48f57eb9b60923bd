import { type ChangeStreamDocument, type Collection, type MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documentsOf } from "../doubles/mongod/bson-document.ts";
import { startClientRoad, type ClientRoad } from "../support/client-road.ts";
import { mongoClient, withMongoClient } from "../support/mongo-client.ts";
import { startServedDouble, type ServedDouble } from "../support/served-mongo.ts";
import { until } from "../support/until.ts";

const INTERRUPTED = 11_601;
const TIME_IS_OVER = 50;
const ENDLESS = { $where: "sleep(600000)" };

interface Account {
  readonly owner: string;
  readonly balance: number;
}

/** What FerretDB has not got; behind a router, so that there are sessions, retryable writes and transactions. */
describe("the mongodb driver on all that a server of MongoDB's can", () => {
  let served: ServedDouble;
  let road: ClientRoad;

  beforeAll(async () => {
    served = await startServedDouble({ as: "mongos" });
    road = await startClientRoad(served);
  });
  afterAll(async () => {
    await road[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  const connected = <T>(use: (client: MongoClient) => Promise<T>): Promise<T> => withMongoClient(road, use);

  async function freshAccounts(client: MongoClient): Promise<Collection<Account>> {
    const accounts = client.db("shop").collection<Account>("accounts");
    await accounts.deleteMany({});
    await accounts.insertMany([
      { owner: "ann", balance: 10 },
      { owner: "ben", balance: 0 },
    ]);
    return accounts;
  }

  /** Resolves to what ends it. */
  const runEndlessly = (client: MongoClient): Promise<unknown> =>
    client
      .db("shop")
      .collection("accounts")
      .find(ENDLESS)
      .toArray()
      .catch((error: unknown) => error);

  it("commits a transaction", async () => {
    await connected(async (client) => {
      const accounts = await freshAccounts(client);
      await client.withSession((session) =>
        session.withTransaction(async () => {
          await accounts.updateOne({ owner: "ann" }, { $inc: { balance: -7 } }, { session });
          await accounts.updateOne({ owner: "ben" }, { $inc: { balance: 7 } }, { session });
          // nobody sees it yet
          expect(await accounts.distinct("balance")).toEqual([10, 0]);
        }),
      );
      expect(await accounts.distinct("balance")).toEqual([3, 7]);
    });
  });

  it("rolls a transaction back", async () => {
    await connected(async (client) => {
      const accounts = await freshAccounts(client);
      const session = client.startSession();
      session.startTransaction();
      await accounts.deleteMany({}, { session });
      expect(await accounts.countDocuments({}, { session })).toBe(0);
      await session.abortTransaction();
      await session.endSession();
      expect(await accounts.countDocuments({})).toBe(2);
    });
  });

  it("begins a transaction again that came into conflict", async () => {
    await connected(async (client) => {
      const accounts = await freshAccounts(client);
      let attempts = 0;
      await client.withSession((session) =>
        session.withTransaction(async () => {
          attempts += 1;
          await accounts.updateOne({ owner: "ann" }, { $inc: { balance: 1 } }, { session });
          if (attempts === 1) await accounts.updateOne({ owner: "ann" }, { $inc: { balance: 100 } });
        }),
      );
      expect(attempts).toBe(2);
      expect(await accounts.findOne({ owner: "ann" })).toMatchObject({ balance: 111 });
    });
  });

  it("sends a write again when its connection was lost, and it is carried out once", async () => {
    await connected(async (client) => {
      const accounts = await freshAccounts(client);
      served.mongod.dropConnections();
      await accounts.updateOne({ owner: "ann" }, { $inc: { balance: 1 } });
      expect(await accounts.findOne({ owner: "ann" })).toMatchObject({ balance: 11 });
    });
    const numbered = served.mongod.commands.filter(({ name, command }) => name === "update" && "txnNumber" in command);
    expect(numbered.length).toBeGreaterThan(0);
  });

  it("writes to several collections by one command", async () => {
    await connected(async (client) => {
      const written = await client.bulkWrite([
        { namespace: "shop.one", name: "insertOne", document: { n: 1 } },
        { namespace: "shop.two", name: "insertOne", document: { n: 2 } },
        { namespace: "shop.one", name: "updateOne", filter: { n: 1 }, update: { $set: { n: 3 } } },
      ]);
      expect(written).toMatchObject({ insertedCount: 2, modifiedCount: 1 });
      expect(await client.db("shop").collection("one").distinct("n")).toEqual([3]);
    });
  });

  it("is told of changes as they happen", async () => {
    await connected(async (client) => {
      const watched = client.db("shop").collection<{ readonly n: number }>("watched");
      const changes: ChangeStreamDocument[] = [];
      const stream = watched.watch();
      stream.on("change", (change) => changes.push(change));
      // the cursor is opened once somebody listens
      await until(() => served.mongod.openCursors() > 0);
      await watched.insertOne({ n: 1 });
      await watched.deleteOne({ n: 1 });
      await until(() => changes.length === 2);
      expect(changes.map(({ operationType }) => operationType)).toEqual(["insert", "delete"]);
      await stream.close();
    });
    await until(() => served.mongod.openCursors() === 0);
  });

  it("stops what it runs when the time that it gave is over", async () => {
    await connected(async (client) => {
      const slow = client.db("shop").collection("accounts").find(ENDLESS).maxTimeMS(50).toArray();
      await expect(slow).rejects.toMatchObject({ code: TIME_IS_OVER });
      expect(served.mongod.operationsInProgress()).not.toContain("find");
    });
  });

  it("stops what it runs by the number of the operation", async () => {
    await connected(async (client) => {
      const slow = runEndlessly(client);
      await until(() => served.mongod.operationsInProgress().includes("find"));
      const admin = client.db("admin");
      const { inprog } = await admin.command({ currentOp: 1, op: "query" });
      await admin.command({ killOp: 1, op: documentsOf({ inprog }, "inprog")[0]?.["opid"] });
      expect(await slow).toMatchObject({ code: INTERRUPTED });
    });
  });

  it("goes away while the server works for it, which then stops", async () => {
    const client = mongoClient(road, road.ticket);
    const slow = runEndlessly(client);
    await until(() => served.mongod.operationsInProgress().includes("find"));
    await client.close(true);
    expect(await slow).toBeInstanceOf(Error);
    await until(() => !served.mongod.operationsInProgress().includes("find"));
    await until(() => road.road.gateway.sessions.size === 0);
  });

  it("ends its sessions at the server when it closes", async () => {
    await connected((client) => client.db("shop").collection("accounts").findOne({}));
    await until(() => road.road.gateway.sessions.size === 0);
    const asked = served.mongod.commands.filter(({ name }) => name === "endSessions");
    expect(asked.length).toBeGreaterThan(0);
    // what it calls its sessions is not what the server knows them by, but they are the same ones
    const known = new Set(served.mongod.commands.flatMap(({ command }) => JSON.stringify(command["lsid"]) ?? []));
    const ended = asked.flatMap(({ command }) => command["endSessions"]);
    for (const session of ended) expect(known).toContain(JSON.stringify(session));
  });
});
