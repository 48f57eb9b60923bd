import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startClientRoad, type ClientRoad } from "../support/client-road.ts";
import { pythonPath } from "../support/client-programs.ts";
import { runClient } from "../support/run-client.ts";
import { mongoKinds, startServedMongo, type ServedMongo } from "../support/served-mongo.ts";

const SCRIPT = join(import.meta.dirname, "with_pymongo.py");

describe.each(mongoKinds)("PyMongo on %s", (kind) => {
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

  it("does what programs do, by ticket and by token", async () => {
    for (const { user, secret } of [road.ticket, await road.token()]) {
      const { output, errors, code } = await runClient("python3", [SCRIPT], {
        env: {
          PYTHONPATH: pythonPath(),
          HOST: road.host,
          PORT: String(road.port),
          CLIENT_USER: user,
          SECRET: secret,
          CA_FILE: road.caFile,
          MECHANISM: user.includes("~") ? "" : "PLAIN",
        },
      });
      expect({ errors, code }).toEqual({ errors: "", code: 0 });
      expect(JSON.parse(output)).toEqual({
        ping: 1,
        read: 2_000,
        one: ["zwölf 😀", "datetime.datetime(2024, 2, 29, 0, 0)", String.raw`b'\x00\xff'`],
        updated: 10,
        counted: 10,
        deleted: 1_990,
        grouped: [{ n: 10 }],
        preferred: 10,
        bulk: [1, 2, 1],
        error: 11_000,
        refused: [59, false],
        threads: Array.from({ length: 8 }, () => 30),
        collections: true,
        hosts: 1,
      });
    }
  });
});
