import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { DemoCertificates } from "./certificates.ts";
import { startPostgresServer, type PostgresServer } from "./postgres-server.ts";
import { writePrivate } from "./private-file.ts";
import { ensureShop } from "./seed/load-shop.ts";
import type { StateFolder } from "./state-folder.ts";

/** Who the agent logs in as. */
export const SHOP_OWNER = "sallyport";

/** Starts the demo's server with its database, made at the first start, and the account for the agent. */
export async function startShopDatabase(
  state: StateFolder,
  port: number,
  certificates: DemoCertificates,
  say: (line: string) => void,
): Promise<PostgresServer> {
  say("  PostgreSQL …");
  const [certificate, key] = await Promise.all([
    readFile(certificates.server.certificateFile, "utf8"),
    readFile(certificates.server.keyFile, "utf8"),
  ]);
  const server = await startPostgresServer({
    folder: state.server,
    port,
    tls: { certificate, key },
    settings: { log_line_prefix: "%m [%p] %u@%d ", log_min_duration_statement: "1s" },
    log: (line) => say(`  ${line}`),
  });
  try {
    const password = await readFile(state.databasePasswordFile, "utf8").catch(() =>
      randomBytes(24).toString("base64url"),
    );
    await writePrivate(state.databasePasswordFile, password);
    say("  the database shop, with 10 000 invented customers …");
    await ensureShop(server.url, { name: SHOP_OWNER, password });
    return server;
  } catch (reason) {
    await server.stop();
    throw reason;
  }
}
