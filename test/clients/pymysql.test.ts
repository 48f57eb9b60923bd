import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startClientRoad, type ClientRoad } from "../support/client-road.ts";
import { pythonPath } from "../support/client-programs.ts";
import { runClient } from "../support/run-client.ts";
import { mysqlFlavours, startServedMysql, type ServedMysql } from "../support/served-mysql.ts";

const SCRIPT = join(import.meta.dirname, "with_pymysql.py");

describe.each(mysqlFlavours)("PyMySQL on %s", (flavour) => {
  let served: ServedMysql;
  let road: ClientRoad;

  beforeAll(async () => {
    served = await startServedMysql(flavour);
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
        },
      });
      expect({ errors, code }).toEqual({ errors: "", code: 0 });
      expect(JSON.parse(output)).toEqual({
        database: [served.database, 2],
        kinds: [
          "-7",
          "Decimal('12.50')",
          "'zwölf 😀'",
          String.raw`b"\x00\xff'"`,
          "datetime.datetime(2024, 2, 29, 12, 34, 56)",
          "None",
        ],
        error: 1054,
        "rolled back": 0,
        streamed: 10_000_000,
      });
    }
  });
});
