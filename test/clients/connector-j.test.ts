import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startClientRoad, type ClientRoad } from "../support/client-road.ts";
import { javaClassPath } from "../support/client-programs.ts";
import { runClient } from "../support/run-client.ts";
import { mysqlFlavours, startServedMysql, type ServedMysql } from "../support/served-mysql.ts";

const SOURCE = join(import.meta.dirname, "ConnectorJ.java");

describe.each(mysqlFlavours)("MySQL Connector/J on %s", (flavour) => {
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
    const options = `sslMode=VERIFY_IDENTITY&trustCertificateKeyStoreUrl=file:${road.caFile}&trustCertificateKeyStoreType=PEM&useServerPrepStmts=true&useCursorFetch=true`;
    for (const { user, secret } of [road.ticket, await road.token()]) {
      const { output, errors, code } = await runClient("java", ["-cp", javaClassPath(), SOURCE], {
        env: {
          JDBC_URL: `jdbc:mysql://${road.host}:${road.port}/?${options}`,
          CLIENT_USER: user,
          SECRET: secret,
        },
      });
      expect({ errors, code }).toEqual({ errors: "", code: 0 });
      expect(output.trimEnd().split("\n")).toEqual([
        `database ${served.database} 2`,
        "kinds -7 12.50 zwölf 😀 3 true",
        "error 1054 42S22",
        "fetched 2500",
        "stopped",
        "valid true",
        `catalog ${served.database} MySQL`,
      ]);
    }
  });
});
