import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOnly, startClientRoad, type Access, type ClientRoad } from "../support/client-road.ts";
import { mongoshProgram } from "../support/client-programs.ts";
import { withMongoClient } from "../support/mongo-client.ts";
import { deniedIn, readRecordings } from "../support/read-recordings.ts";
import { runClient, type ClientResult } from "../support/run-client.ts";
import { mongoKinds, startServedMongo, type ServedMongo } from "../support/served-mongo.ts";
import { until } from "../support/until.ts";

const ENOUGH_FOR_TWO_BATCHES = 150;

describe.each(mongoKinds)("mongosh on %s", (kind) => {
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

  /** Runs a script as if somebody typed it. */
  function run(at: ClientRoad, { user, secret }: Access, script: string): Promise<ClientResult> {
    const login = `${encodeURIComponent(user)}:${encodeURIComponent(secret)}`;
    const query = new URLSearchParams({ tls: "true", tlsCAFile: at.caFile });
    if (user.includes("~")) query.set("authSource", "admin");
    else query.set("authMechanism", "PLAIN");
    const url = `mongodb://${login}@${at.host}:${at.port}/shop?${query.toString()}`;
    const [command, ...args] = mongoshProgram();
    return runClient(command, [...args, "--quiet", "--norc", url], { input: script });
  }

  it("writes, reads on from a cursor, and tells errors as the server words them", async () => {
    const script = `
      db.shell.drop()
      db.shell.insertMany(Array.from({ length: ${ENOUGH_FOR_TWO_BATCHES} }, (_, n) => ({ _id: n, n })))
      print("counted " + db.shell.countDocuments())
      print("read " + db.shell.find().toArray().length)
      print("changed " + db.shell.updateMany({ n: { $lt: 3 } }, { $set: { low: true } }).modifiedCount)
      try { db.shell.insertOne({ _id: 1 }) } catch (error) { print("error " + error.code) }
      print("deleted " + db.shell.deleteMany({ n: { $gte: 10 } }).deletedCount)
    `;
    const { output, errors } = await run(road, await road.token(), script);
    expect(errors).toBe("");
    for (const line of ["counted 150", "read 150", "changed 3", "error 11000", "deleted 140"]) {
      expect(output).toContain(line);
    }
  });

  it("starts up and looks around under a policy that only lets it read, and is refused the rest", async () => {
    await withMongoClient(road, (client) => client.db("shop").collection("seen").insertOne({ n: 1 }));
    await using looking = await startClientRoad(served, { policy: readOnly });
    const looks = "show dbs\nshow collections\ndb.seen.find()\nprint('ping ' + db.runCommand({ ping: 1 }).ok)\n";
    const drops = "print('now drops')\ndb.seen.drop()\nprint('after ' + db.runCommand({ ping: 1 }).ok)\n";
    const { output, errors } = await run(looking, looking.ticket, looks + drops);
    expect(errors).toBe("");
    const [looked, dropped] = output.split("now drops\n");
    expect(looked).not.toMatch(/sallyport|not (authorized|allowed)/i);
    expect(looked).toContain("seen");
    expect(looked).toContain("ping 1");
    expect(dropped).toContain("sallyport");
    expect(dropped).toContain("after 1");
    await until(() => looking.road.gateway.sessions.size === 0);
    // before it drops something it wants to know what that is, and makes do without
    expect(deniedIn(readRecordings(looking.road.recordings))).toEqual([
      expect.stringMatching(/^\{"listCollections":1,.*"nameOnly":false/),
      expect.stringMatching(/^\{"drop":"seen"/),
    ]);
  });
});
