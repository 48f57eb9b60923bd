import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOnly, startClientRoad, type Access, type ClientRoad } from "../support/client-road.ts";
import { pythonPath } from "../support/client-programs.ts";
import { deniedIn, readRecordings } from "../support/read-recordings.ts";
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

  /** What the program saw. */
  async function run(
    task: "look" | "everything",
    { host, port, caFile }: ClientRoad,
    access: Access,
  ): Promise<unknown> {
    const { output, errors, code } = await runClient("python3", [SCRIPT, task], {
      env: {
        PYTHONPATH: pythonPath(),
        HOST: host,
        PORT: String(port),
        CLIENT_USER: access.user,
        SECRET: access.secret,
        CA_FILE: caFile,
      },
    });
    expect({ errors, code }).toEqual({ errors: "", code: 0 });
    return JSON.parse(output);
  }

  it("does what programs do, by ticket and by token", async () => {
    for (const access of [road.ticket, await road.token()]) {
      expect(await run("everything", road, access)).toEqual({
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
        results: [[[1]], [[2]], []],
        stopped: 1317,
        "there again": true,
        streamed: 10_000_000,
      });
    }
  });

  it("starts up under a policy that only lets it read", async () => {
    await using looking = await startClientRoad(served, { policy: readOnly });
    expect(await run("look", looking, looking.ticket)).toEqual({ database: [served.database, 2], refused: 1142 });
    expect(deniedIn(readRecordings(looking.road.recordings))).toEqual(["create table nothing (n int)"]);
  });
});
