import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startClientRoad, type ClientRoad } from "../support/client-road.ts";
import { javaClassPath } from "../support/client-programs.ts";
import { runClient } from "../support/run-client.ts";
import { mysqlFlavours, startServedMysql, type ServedMysql } from "../support/served-mysql.ts";

const STORE_PASSWORD = "changeit";
const SOURCE = join(import.meta.dirname, "ConnectorJ.java");

describe.each(mysqlFlavours)("MySQL Connector/J on %s", (flavour) => {
  let folder: string;
  let served: ServedMysql;
  let road: ClientRoad;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sallyport-connector-"));
    served = await startServedMysql(flavour);
    road = await startClientRoad(served);
  });
  afterAll(async () => {
    await road[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Java reads no PEM files. */
  async function trustStore(): Promise<string> {
    const store = join(folder, "trust.p12");
    const args = ["-importcert", "-noprompt", "-alias", "ca", "-file", road.caFile, "-keystore", store];
    const { code, errors } = await runClient("keytool", [...args, "-storetype", "PKCS12", "-storepass", STORE_PASSWORD]);
    if (code !== 0) throw new Error(errors);
    return store;
  }

  it("does what programs do, by ticket and by token", async () => {
    const store = await trustStore();
    const options = `sslMode=VERIFY_IDENTITY&trustCertificateKeyStoreUrl=file:${store}&trustCertificateKeyStoreType=PKCS12&trustCertificateKeyStorePassword=${STORE_PASSWORD}&useServerPrepStmts=true&useCursorFetch=true`;
    for (const { user, secret } of [road.ticket, await road.token()]) {
      const { output, errors, code } = await runClient("java", ["-cp", javaClassPath(), SOURCE], {
        env: {
          JDBC_URL: `jdbc:mysql://${road.host}:${road.port}/${served.database}?${options}`,
          CLIENT_USER: user,
          SECRET: secret,
          CA_FILE: road.caFile,
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
