import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startClientRoad, type Access, type ClientRoad } from "../support/client-road.ts";
import { mongoshProgram } from "../support/client-programs.ts";
import { runClient, type ClientResult } from "../support/run-client.ts";
import { mongoKinds, startServedMongo, type ServedMongo } from "../support/served-mongo.ts";

const readOnly = {
  policy: "read-only",
  who: { principals: ["*"] },
  where: { connections: ["*"] },
  rules: [{ allow: ["read", "session", "transaction", "explain"] }],
};

describe.each(mongoKinds)("mongosh on %s, under a policy that only lets it read", (kind) => {
  let served: ServedMongo;
  let road: ClientRoad;

  beforeAll(async () => {
    served = await startServedMongo(kind);
    road = await startClientRoad(served, { policy: readOnly });
  });
  afterAll(async () => {
    await road[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  function run({ user, secret }: Access, script: string): Promise<ClientResult> {
    const mechanism = user.includes("~") ? "" : "&authMechanism=PLAIN";
    const login = `${encodeURIComponent(user)}:${encodeURIComponent(secret)}`;
    const query = `tls=true&tlsCAFile=${encodeURIComponent(road.caFile)}&authSource=$external${mechanism}`;
    const url = `mongodb://${login}@${road.host}:${road.port}/shop?${query.replace("&authSource=$external&", "&authSource=%24external&")}`;
    const [command, ...args] = mongoshProgram();
    return runClient(command, [...args, "--quiet", "--norc", url], { input: script });
  }

  it("logs in by ticket and by token, and starts up without a word about policy", async () => {
    for (const access of [road.ticket, await road.token()]) {
      const { output, errors } = await run(access, "db.runCommand({ ping: 1 }).ok\nshow dbs\nshow collections\n");
      expect(errors).toBe("");
      expect(output).not.toMatch(/sallyport|not (authorized|allowed)/i);
      expect(output).toContain("1");
    }
  });

  it("is told in its own words what policy refuses, and goes on", async () => {
    const { user, password, authSource } = served.server.account;
    const direct = new MongoClient(`mongodb://127.0.0.1:${served.server.port}/`, {
      auth: { username: user, password },
      authSource,
    });
    try {
      const things = direct.db("shop").collection("things");
      await things.insertOne({ name: "kept" });
      const { output } = await run(road.ticket, 'db.things.drop()\nprint("after " + db.runCommand({ ping: 1 }).ok)\n');
      expect(output).toContain("sallyport");
      expect(output).toContain("after 1");
      expect(await things.countDocuments()).toBe(1);
    } finally {
      await direct.close();
    }
  });
});
