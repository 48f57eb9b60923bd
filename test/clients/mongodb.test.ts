import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
  type Document,
  type MongoClient,
  type MongoClientOptions,
} from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { readOnly, startClientRoad, type ClientRoad } from "../support/client-road.ts";
import { mongoClient, withMongoClient } from "../support/mongo-client.ts";
import { deniedIn, readRecordings } from "../support/read-recordings.ts";
import { mongoKinds, startServedMongo, type ServedMongo } from "../support/served-mongo.ts";
import { until } from "../support/until.ts";

const DUPLICATE_KEY = 11_000;
const UNAUTHORIZED = 13;
const NOT_FOUND = 59;

/** A value of every type that each server stores. */
const values: Readonly<Record<string, unknown>> = {
  int: new Int32(7),
  negative: new Int32(-2_147_483_648),
  long: Long.fromString("9007199254740993"),
  double: new Double(1),
  fraction: new Double(0.1),
  text: "zwölf 😀",
  when: new Date("2024-02-29T12:34:56.789Z"),
  bytes: new Binary(Buffer.from([0, 255, 39])),
  uuid: new UUID("018f3b5e-7d1a-7c3b-8f0e-1234567890ab"),
  id: new ObjectId("65e0a1b2c3d4e5f60718293a"),
  nothing: null,
  yes: true,
  regex: new BSONRegExp("^a.*z$", "i"),
  stamp: new Timestamp({ t: 1_700_000_000, i: 3 }),
  nested: { list: [new Int32(1), { a: null }, "b"], empty: {} },
};

/** FerretDB ends the connection on these. */
const rareValues: Readonly<Record<string, unknown>> = {
  decimal: Decimal128.fromString("12345678901234567890.123"),
  least: new MinKey(),
  most: new MaxKey(),
  code: new Code("function () {}"),
  symbol: new BSONSymbol("old"),
  notANumber: new Double(Number.NaN),
  lists: [[new Int32(1)], [[new Double(2)]]],
  "with.dot": new Int32(1),
};

interface Thing {
  readonly n: number;
  readonly x?: number;
  readonly big?: boolean;
}

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

  const connected = <T>(use: (client: MongoClient) => Promise<T>, more?: MongoClientOptions): Promise<T> =>
    withMongoClient(road, use, more);

  it("logs in by ticket, and by token as the password", async () => {
    for (const access of [road.ticket, await road.token()]) {
      const client = mongoClient(road, access);
      expect(await client.db("shop").command({ ping: 1 })).toMatchObject({ ok: 1 });
      await client.close();
    }
  });

  it("is told that a login fails, in the words of a server", async () => {
    const client = mongoClient(road, { ...road.ticket, secret: "wrong" });
    await expect(client.db("shop").command({ ping: 1 })).rejects.toMatchObject({ code: 18 });
    await client.close();
  });

  it("sees one host, and no set to discover", async () => {
    await connected(async (client) => {
      await client.connect();
      const hello: Document = await client.db("admin").command({ hello: 1 });
      expect(hello).toMatchObject({ isWritablePrimary: true, ok: 1 });
      for (const field of ["hosts", "me", "primary", "setName", "topologyVersion", "compression"]) {
        expect(hello).not.toHaveProperty(field);
      }
    });
  });

  it("gets back what it wrote, type by type", async () => {
    const document = { _id: new ObjectId(), ...values, ...(kind === "ferretdb" ? {} : rareValues) };
    await connected(async (client) => {
      const kinds = client.db("shop").collection("kinds");
      await kinds.deleteMany({});
      await kinds.insertOne(document);
      const exactly = { promoteValues: false, bsonRegExp: true };
      const found = await kinds.findOne({ _id: document._id }, exactly);
      expect(Object.keys(found ?? {})).toEqual(Object.keys(document));
      expect(found).toEqual(document);
    });
  });

  it("writes, counts, changes and deletes, one by one and in bulk", async () => {
    await connected(async (client) => {
      const things = client.db("shop").collection<Thing>("things");
      await things.deleteMany({});
      expect(await things.insertMany([{ n: 1 }, { n: 2 }, { n: 3 }])).toMatchObject({ insertedCount: 3 });
      expect(await things.updateOne({ n: 1 }, { $set: { n: 10 } })).toMatchObject({ modifiedCount: 1 });
      expect(await things.updateOne({ n: 99 }, { $set: { x: 1 } }, { upsert: true })).toMatchObject({
        upsertedCount: 1,
      });
      expect(await things.findOneAndUpdate({ n: 10 }, { $inc: { n: 1 } }, { returnDocument: "after" })).toMatchObject({
        n: 11,
      });
      const bulk = await things.bulkWrite([
        { insertOne: { document: { n: 4 } } },
        { updateMany: { filter: { n: { $gte: 4 } }, update: { $set: { big: true } } } },
        { deleteOne: { filter: { n: 2 } } },
      ]);
      expect(bulk).toMatchObject({ insertedCount: 1, modifiedCount: 3, deletedCount: 1 });
      expect(await things.countDocuments({ big: true })).toBe(3);
      expect(await things.distinct("big")).toEqual([true]);
      expect(await things.aggregate([{ $match: { n: 3 } }, { $count: "n" }]).toArray()).toEqual([{ n: 1 }]);
      expect((await things.find({}).sort({ n: -1 }).limit(2).toArray()).map(({ n }) => n)).toEqual([99, 11]);
      await things.createIndex({ n: 1 }, { name: "by_n" });
      expect((await things.indexes()).map(({ name }) => name)).toContain("by_n");
      expect(await things.drop()).toBe(true);
    });
  });

  it("reads many documents by cursors that any connection of the pool may go on with", async () => {
    await connected(
      async (client) => {
        const many = client.db("shop").collection("many");
        await many.deleteMany({});
        await many.insertMany(Array.from({ length: 2_000 }, (_, n) => ({ n, x: "x".repeat(100) })));
        const readAll = async (): Promise<number> => (await many.find({}).batchSize(200).toArray()).length;
        expect(await Promise.all(Array.from({ length: 8 }, readAll))).toEqual(Array.from({ length: 8 }, () => 2_000));
        const cursor = many.find({}).batchSize(2);
        await cursor.next();
        await cursor.close();
      },
      { maxPoolSize: 4, minPoolSize: 4 },
    );
  });

  it("moves documents of many megabytes, both ways", async () => {
    await connected(async (client) => {
      const large = client.db("shop").collection<{ n: number; bytes: Buffer }>("large");
      await large.deleteMany({});
      const bytes = Buffer.alloc(3 * 1024 * 1024, "ß");
      await large.insertMany(Array.from({ length: 3 }, (_, n) => ({ n, bytes })));
      let read = 0;
      for await (const { bytes: found } of large.find({}, { promoteBuffers: true }))
        read += Number(bytes.equals(found));
      expect(read).toBe(3);
      await large.deleteMany({});
    });
  });

  it("is told of the server's own errors, and goes on", async () => {
    await connected(async (client) => {
      const unique = client.db("shop").collection("unique");
      await unique.deleteMany({});
      const _id = new ObjectId();
      await unique.insertOne({ _id });
      await expect(unique.insertOne({ _id })).rejects.toMatchObject({ code: DUPLICATE_KEY });
      const unordered = unique.insertMany([{ _id }, { n: 1 }], { ordered: false });
      await expect(unordered).rejects.toMatchObject({ code: DUPLICATE_KEY, insertedCount: 1 });
      expect(await unique.countDocuments({})).toBe(2);
    });
  });

  it("is told what the gateway refuses, without being asked to try again", async () => {
    await connected(async (client) => {
      const refused = client.db("shop").command({ surprise: 1 });
      await expect(refused).rejects.toMatchObject({ code: NOT_FOUND, errorLabels: [] });
      await expect(client.db("shop").command({ ping: 1, surprise: 1 })).rejects.toMatchObject({ code: 9 });
      expect(await client.db("shop").command({ ping: 1 })).toMatchObject({ ok: 1 });
    });
  });

  it("writes without an answer, and what it asks next is answered", async () => {
    await connected(async (client) => {
      const silent = client.db("shop").collection("silent");
      await silent.deleteMany({});
      for (let n = 0; n < 100; n += 1) await silent.insertOne({ n }, { writeConcern: { w: 0 } });
      await until(async () => (await silent.countDocuments({})) === 100);
    });
  });

  it("comes back by itself after its sessions were ended", async () => {
    await connected(async (client) => {
      const shop = client.db("shop");
      await shop.collection("things").findOne({});
      for (const session of road.road.gateway.sessions.all()) {
        session.end(new GatewayError("gateway/shutting-down", "the test says so"));
      }
      // a read is tried again by the driver itself
      expect(await shop.collection("things").find({ none: 1 }).toArray()).toEqual([]);
    });
  });

  it("starts up and reads under a policy that only lets it read, and is refused the rest", async () => {
    await using looking = await startClientRoad(served, { policy: readOnly });
    await withMongoClient(looking, async (client) => {
      const shop = client.db("shop");
      await shop.collection("things").find({}).toArray();
      await shop.collection("things").countDocuments({});
      await shop.listCollections({}, { nameOnly: true }).toArray();
      await client.db("admin").admin().listDatabases();
      await expect(shop.collection("things").insertOne({ n: 1 })).rejects.toMatchObject({ code: UNAUTHORIZED });
      await expect(shop.collection("things").deleteMany({})).rejects.toMatchObject({ code: UNAUTHORIZED });
      await expect(shop.collection("things").drop()).rejects.toMatchObject({ code: UNAUTHORIZED });
      await expect(
        shop
          .collection("things")
          .aggregate([{ $out: "other" }])
          .toArray(),
      ).rejects.toMatchObject({
        code: UNAUTHORIZED,
      });
    });
    await until(() => looking.road.gateway.sessions.size === 0);
    const denied = deniedIn(readRecordings(looking.road.recordings));
    expect(denied.map((text) => /^\{"(\w+)"/.exec(text ?? "")?.[1])).toEqual(["insert", "delete", "drop", "aggregate"]);
  });

  it("leaves nothing behind when it closes", async () => {
    await connected((client) => client.db("shop").command({ ping: 1 }));
    await until(() => road.road.gateway.sessions.size === 0);
  });
});
