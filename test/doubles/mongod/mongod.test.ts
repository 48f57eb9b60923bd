import { Decimal128, Double, Long, ObjectId, UUID } from "bson";
import { MongoClient, type MongoClientOptions } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueCertificate, makeAuthority } from "@sallyport/cli/demo/certificates/issue";
import { until } from "../../support/until.ts";
import { startMongod, startMongodSet, type Mongod } from "./start-mongod.ts";

const users = [{ user: "root", password: "pencil, =" }];

async function connected(url: string, options: MongoClientOptions = {}): Promise<MongoClient & AsyncDisposable> {
  return new MongoClient(url, { serverSelectionTimeoutMS: 5000, ...options }).connect();
}

/** What a promise comes to, watched from the beginning on. */
function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((reason: unknown) => reason);
}

describe("the MongoDB double with a driver", () => {
  let server: Mongod;
  let client: MongoClient;
  beforeAll(async () => {
    server = await startMongod({ users });
    client = await connected(server.url);
  });
  afterAll(async () => {
    await client.close();
    await server[Symbol.asyncDispose]();
  });

  it("keeps what it is given, type by type", async () => {
    const items = client.db("shop").collection<Record<string, unknown>>("types");
    const document = {
      _id: new ObjectId(),
      whole: new Double(5),
      long: Long.fromString("9007199254740993"),
      money: Decimal128.fromString("12.50"),
      when: new Date(0),
      id: new UUID(),
      nested: { list: [1, { a: null }] },
    };
    await items.insertOne(document);
    expect(await items.findOne({ _id: document._id }, { promoteValues: false, promoteLongs: false })).toMatchObject({
      whole: new Double(5),
      long: Long.fromString("9007199254740993"),
    });
    await items.updateOne({ _id: document._id }, { $set: { "nested.list.1.a": "new" } });
    expect(await items.findOne({}, { promoteValues: false })).toMatchObject({
      whole: new Double(5),
      money: Decimal128.fromString("12.50"),
    });
  });

  it("serves cursors, counts, updates, deletes and pipelines", async () => {
    const items = client.db("shop").collection<{ _id: number; n: number; tag?: string }>("items");
    await items.insertMany(Array.from({ length: 500 }, (_, n) => ({ _id: n, n: n % 10 })));
    expect(await items.find({ n: 3 }, { batchSize: 7 }).sort({ _id: -1 }).toArray()).toHaveLength(50);
    expect(await items.countDocuments({ n: { $lt: 2 } })).toBe(100);
    expect(await items.updateMany({ n: 4 }, { $set: { tag: "four" } })).toMatchObject({ modifiedCount: 50 });
    expect((await items.updateOne({ _id: 900 }, { $set: { n: 1 } }, { upsert: true })).upsertedId).toBe(900);
    expect(await items.deleteMany({ n: 5 })).toMatchObject({ deletedCount: 50 });
    expect((await items.distinct("n")).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9]);
    expect(await items.aggregate([{ $group: { _id: "$tag", n: { $sum: 1 } } }, { $sort: { n: 1 } }]).toArray()).toEqual(
      [
        { _id: "four", n: 50 },
        { _id: null, n: 401 },
      ],
    );
    expect(await items.findOneAndUpdate({ _id: 1 }, { $inc: { n: 5 } }, { returnDocument: "after" })).toEqual({
      _id: 1,
      n: 6,
    });
    await client.db("shop").createCollection("fours", { viewOn: "items", pipeline: [{ $match: { tag: "four" } }] });
    expect(await client.db("shop").collection("fours").countDocuments()).toBe(50);
    expect(server.openCursors()).toBe(0);
  });

  it("says which key is doubled", async () => {
    const people = client.db("shop").collection("people");
    await people.createIndex({ mail: 1 }, { unique: true });
    await people.insertOne({ mail: "a@example.org" });
    await expect(people.insertOne({ mail: "a@example.org" })).rejects.toMatchObject({
      code: 11000,
      keyValue: { mail: "a@example.org" },
    });
  });

  it("has transactions that others do not see before their end", async () => {
    await using set = await startMongodSet({ users, members: 1 });
    await using ofSet = await connected(set.url);
    const accounts = ofSet.db("bank").collection<{ _id: string; sum: number }>("accounts");
    await accounts.insertOne({ _id: "a", sum: 1 });
    const session = ofSet.startSession();
    session.startTransaction();
    await accounts.updateOne({ _id: "a" }, { $inc: { sum: 1 } }, { session });
    expect(await accounts.findOne({ _id: "a" })).toEqual({ _id: "a", sum: 1 });
    expect(await accounts.findOne({ _id: "a" }, { session })).toEqual({ _id: "a", sum: 2 });
    await session.commitTransaction();
    expect(await accounts.findOne({ _id: "a" })).toEqual({ _id: "a", sum: 2 });
    session.startTransaction();
    await accounts.deleteOne({ _id: "a" }, { session });
    await session.abortTransaction();
    expect(await accounts.countDocuments()).toBe(1);
    await session.endSession();
  });

  it("writes to several collections in one command", async () => {
    await using set = await startMongodSet({ users, members: 1, maxWireVersion: 25 });
    await using ofSet = await connected(set.url);
    const result = await ofSet.bulkWrite([
      { name: "insertOne", namespace: "a.x", document: { k: 1 } },
      { name: "updateOne", namespace: "a.y", filter: { k: 1 }, update: { $set: { v: 1 } }, upsert: true },
      { name: "deleteMany", namespace: "a.x", filter: {} },
    ]);
    expect(result).toMatchObject({ insertedCount: 1, upsertedCount: 1, deletedCount: 1 });
  });

  it("tells changes", async () => {
    const watched = client.db("shop").collection("watched");
    const stream = watched.watch();
    const first = stream.next();
    await until(() => server.openCursors() > 0);
    await watched.insertOne({ n: 1 });
    expect(await first).toMatchObject({ operationType: "insert", fullDocument: { n: 1 } });
    await stream.close();
  });

  it("shows a command that lasts, and ends it when told to", async () => {
    const busy = client.db("shop").collection("busy").find({ $where: "sleep(60000)" }).toArray();
    const failed = outcomeOf(busy);
    await until(() => server.operationsInProgress().includes("find"));
    const [operation, ...others] = await client
      .db("admin")
      .aggregate<{ opid: number }>([{ $currentOp: { allUsers: false } }, { $match: { ns: "shop.busy" } }])
      .toArray();
    expect(others).toEqual([]);
    await client.db("admin").command({ killOp: 1, op: operation?.opid });
    expect(await failed).toMatchObject({ code: 11601 });
  });

  it("ends what a client that goes away has left", async () => {
    const gone = await connected(server.url, { maxPoolSize: 1 });
    const busy = gone.db("shop").collection("busy").find({ $where: "sleep(60000)" }).toArray();
    const failed = outcomeOf(busy);
    await until(() => server.operationsInProgress().includes("find"));
    await gone.close();
    expect(await failed).toBeInstanceOf(Error);
    await until(() => !server.operationsInProgress().includes("find"));
  });
});

describe("logins of the MongoDB double", () => {
  it.each(["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"] as const)(
    "takes %s, and no wrong password",
    async (authMechanism) => {
      const mechanism = { authMechanism, ...(authMechanism === "PLAIN" ? { authSource: "$external" } : {}) };
      await using server = await startMongod({ users });
      await using client = await connected(server.url, mechanism);
      expect(await client.db("admin").command({ connectionStatus: 1 })).toMatchObject({
        authInfo: { authenticatedUsers: [{ user: "root", db: "admin" }] },
      });
      const wrong = connected(server.url.replace("pencil", "crayon"), mechanism);
      await expect(wrong).rejects.toMatchObject({ code: 18 });
    },
  );

  it("takes a certificate", async () => {
    const authority = await makeAuthority("test", 1);
    const server = await issueCertificate(authority, { name: "db", hosts: ["127.0.0.1"], usage: "server", days: 1 });
    const own = await issueCertificate(authority, { name: "agent", hosts: [], usage: "client", days: 1 });
    await using mongod = await startMongod({
      users: [{ user: "CN=agent", password: "", database: "$external" }],
      tls: { ...server, clientCa: authority.certificate },
    });
    await using client = await connected(`mongodb://127.0.0.1:${mongod.port}/?directConnection=true`, {
      authMechanism: "MONGODB-X509",
      tls: true,
      ca: authority.certificate,
      cert: own.certificate,
      key: own.key,
    });
    expect(await client.db("shop").collection("t").countDocuments()).toBe(0);
  });

  it("refuses commands without a login", async () => {
    await using server = await startMongod({ users });
    await using client = await connected(`mongodb://127.0.0.1:${server.port}/?directConnection=true`);
    await expect(client.db("shop").collection("t").findOne()).rejects.toMatchObject({ code: 13 });
  });
});

describe("a set of MongoDB doubles", () => {
  it("leads a driver to its primary, also after another was elected", async () => {
    await using set = await startMongodSet({ users, members: 3 });
    await using client = await connected(set.url);
    const items = client.db("shop").collection("items");
    await items.insertOne({ n: 1 });
    expect(set.members[0]?.commands.map(({ name }) => name)).toContain("insert");
    set.elect(1);
    await items.insertOne({ n: 2 });
    expect(set.members[1]?.commands.map(({ name }) => name)).toContain("insert");
    expect(await items.find({}, { readPreference: "secondary" }).toArray()).toHaveLength(2);
  });

  it("presents itself as a router", async () => {
    await using server = await startMongod({ users, as: "mongos" });
    await using client = await connected(server.url);
    expect(await client.db("admin").command({ hello: 1 })).toMatchObject({ msg: "isdbgrid", ok: 1 });
  });
});
