import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOnly, startClientRoad, type Access, type ClientRoad } from "../support/client-road.ts";
import { compileJava, type JavaProgram } from "../support/java-program.ts";
import { deniedIn, readRecordings } from "../support/read-recordings.ts";
import { mysqlFlavours, startServedMysql, type ServedMysql } from "../support/served-mysql.ts";

const SOURCE = join(import.meta.dirname, "ConnectorJ.java");
const OPTIONS =
  "sslMode=VERIFY_IDENTITY&useServerPrepStmts=true&useCursorFetch=true&trustCertificateKeyStoreType=PKCS12";

let program: JavaProgram;
beforeAll(async () => {
  program = await compileJava(SOURCE);
});
afterAll(() => program[Symbol.asyncDispose]());

describe.each(mysqlFlavours)("MySQL Connector/J on %s", (flavour) => {
  let served: ServedMysql;
  let road: ClientRoad;

  beforeAll(async () => {
    served = await startServedMysql(flavour);
    await served.server.query(`create table ${served.database}.goods (name varchar(40))`);
    road = await startClientRoad(served);
  });
  afterAll(async () => {
    await road[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  /** What the program saw. */
  async function run({ host, port, caFile }: ClientRoad, task: string, accesses: readonly Access[]): Promise<string[]> {
    const url = `jdbc:mysql://${host}:${port}/${served.database}?${OPTIONS}`;
    const input = accesses.map(({ user, secret }) => `${task} ${url} ${user} ${secret}\n`).join("");
    const env = { CA_FILE: caFile };
    const { output, errors, code } = await program.run({ env, input });
    expect({ errors, code }).toEqual({ errors: "", code: 0 });
    return output.trimEnd().split("\n");
  }

  it("does what programs do, by ticket and by token", async () => {
    const seen = [
      "kinds -7 12.50 zwölf 😀 50000 2024-02-29T12:34:56.789 -9223372036854775808 1.5 true",
      "error 1054 42S22",
      "batched 100",
      "rolled back 0",
      "called 1 2",
      "fetched 500",
      "stopped",
      "valid true",
      "reset null",
      "changed null",
    ];
    expect(await run(road, "everything", [road.ticket, await road.token()])).toEqual([...seen, ...seen]);
  });

  it("starts up, and looks around, under a policy that only lets it read", async () => {
    await using looking = await startClientRoad(served, { policy: readOnly });
    expect(await run(looking, "look", [looking.ticket])).toEqual([
      `catalog ${served.database} MySQL`,
      "table goods",
      "refused 1142",
    ]);
    expect(deniedIn(readRecordings(looking.road.recordings))).toEqual(["create table nothing (n int)"]);
  });
});
