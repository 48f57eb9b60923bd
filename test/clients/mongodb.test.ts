import { Binary, Long, MongoClient, ObjectId, type Document, type MongoClientOptions } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { startClientRoad, type Access, type ClientRoad } from "../support/client-road.ts";
import { mongoKinds, startServedMongo, type ServedMongo } from "../support/served-mongo.ts";
import { until } from "../support/until.ts";

const DUPLICATE_KEY = 11_000;

describe.each(mongoKinds)("the mongodb driver on %s", (kind) => {
  let served: ServedMongo;
  let road: ClientRoad;

  beforeAll(async () => {
    served = await startServedMongo(kind);
    road = await startClientRoad(served);
  });
  afterAll(async () => {
    await road[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  /** By SCRAM with a ticket, by PLAIN with a token. */
  function clientOf({ user, secret }: Access, more: MongoClientOptions = {}): MongoClient {
    const mechanism = user.includes("~") ? {} : { authMechanism: "PLAIN" as const };
    return new MongoClient(`mongodb://${road.host}:${road.port}/`, {
      auth: { username: user, password: secret },
      ...mechanism,
      tls: true,
      tlsCAFile: road.caFile,
      serverSelectionTimeoutMS: 10_000,
      ...more,
    });
  }

  async function connected<T>(use: (client: MongoClient) => Promise<T>, more?: MongoClientOptions): Promise<T> {
    const client = clientOf(road.ticket, more);
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  }

  it("logs in by ticket, by token as the password, and by token as OIDC", async () => {
    const token = await road.token();
    for (const access of [road.ticket, token]) {
      const client = clientOf(access);
      expect(await client.db("shop").command({ ping: 1 })).toMatchObject({ ok: 1 });
      await client.close();
    }
  });

  it("sees one host, and no set to discover", async () => {
    await connected(async (client) => {
      await client.connect();
      const hello: Document = await client.db("admin").command({ hello: 1 });
      expect(hello).toMatchObject({ isWritablePrimary: true, ok: 1 });
      expect(Object.keys(hello)).not.toEqual(expect.arrayContaining(["hosts"]));
      for (const field of ["hosts", "me", "primary", "setName", "topologyVersion", "compression"]) {
        expect(hello).not.toHaveProperty(field);
      }
    });
  });

  it("writes, reads, changes and deletes, with values of many types", async () => {
    await connected(async (client) => {
      const kinds = client.db("shop").collection<Document>("kinds");
      await kinds.drop().catch(() => undefined);
      const document = {
        _id: new ObjectId(),
        n: 7,
        long: Long.fromString("9007199254740993"),
        text: "zwölf 😀",
        when: new Date("2024-02-29T12:34:56.789Z"),
        bytes: new Binary(Buffer.from([0, 255, 39])),
        nested: { list: [1, { a: null }], yes: true },
      };
      await kinds.insertOne(document);
      expect(await kinds.findOne({ _id: document._id }, { promoteLongs: false })).toMatchObject({ text: "zwölf 😀" });
      expect(await kinds.updateOne({ _id: document._id }, { $set: { n: 8 } })).toMatchObject({ modifiedCount: 1 });
      expect(await kinds.countDocuments({ n: 8 })).toBe(1);
      expect(await kinds.deleteOne({ n: 8 })).toMatchObject({ deletedCount: 1 });
    });
  });

  it("reads many documents by a cursor that any connection of the pool may go on with", async () => {
    await connected(
      async (client) => {
        const many = client.db("shop").collection<Document>("many");
        await many.drop().catch(() => undefined);
        await many.insertMany(Array.from({ length: 5_000 }, (_, n) => ({ n, x: "x".repeat(100) })));
        const readAll = async (): Promise<number> => (await many.find({}).batchSize(500).toArray()).length;
        expect(await Promise.all([readAll(), readAll(), readAll(), readAll()])).toEqual([5_000, 5_000, 5_000, 5_000]);
        const cursor = many.find({}).batchSize(2);
        await cursor.next();
        await cursor.close();
      },
      { maxPoolSize: 4, minPoolSize: 4 },
    );
  });

  it("is told of the server's own errors, and goes on", async () => {
    await connected(async (client) => {
      const unique = client.db("shop").collection<Document>("unique");
      await unique.drop().catch(() => undefined);
      await unique.insertOne({ _id: new ObjectId("0".repeat(24)) });
      await expect(unique.insertOne({ _id: new ObjectId("0".repeat(24)) })).rejects.toMatchObject({
        code: DUPLICATE_KEY,
      });
      expect(await unique.countDocuments({})).toBe(1);
    });
  });

  it("comes back by itself after its sessions were ended", async () => {
    await connected(async (client) => {
      const shop = client.db("shop");
      await shop.command({ ping: 1 });
      for (const session of road.road.gateway.sessions.all()) {
        session.end(new GatewayError("gateway/shutting-down", "the test says so"));
      }
      await shop.command({ ping: 1 }).catch(() => undefined);
      expect(await shop.command({ ping: 1 })).toMatchObject({ ok: 1 });
    });
  });

  it("leaves nothing behind when it closes", async () => {
    await connected((client) => client.db("shop").command({ ping: 1 }));
    await until(() => road.road.gateway.sessions.size === 0);
  });
});
