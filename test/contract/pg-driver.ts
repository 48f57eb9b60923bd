import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startPostgresServer } from "@sallyport/cli/servers/postgres-server";
import { pg } from "@sallyport/protocol-pg/adapter";
import { CLUSTER_TEMPLATE } from "../support/state-server.ts";
import { connectScripted } from "../support/scripted-client.ts";
import { cancelRequest, logInToPg, message, sqlStatesIn, startup } from "./pg-wire-client.ts";
import type { ProtocolDriver } from "./protocol-driver.ts";

const LINE_PREFIX = "@log ";

/** PostgreSQL as the contract suite speaks it. */
export const pgDriver: ProtocolDriver = {
  adapter: pg,
  speaksUnasked: true,
  hasGoodbye: true,
  supportsTls: true,
  async startServer(folder) {
    const server = await startPostgresServer({
      folder: join(folder, "server"),
      template: CLUSTER_TEMPLATE,
      durable: false,
      settings: { log_statement: "all", log_line_prefix: LINE_PREFIX },
    });
    const passwordFile = join(folder, "password");
    const superuser = new URL(server.url);
    await writeFile(passwordFile, decodeURIComponent(superuser.password), { mode: 0o600 });
    return {
      port: server.port,
      credential: { user: superuser.username, password: `file:${passwordFile}` },
      database: "postgres",
      statements: async () => statementsIn(await readFile(server.logFile, "utf8")),
      [Symbol.asyncDispose]: () => server.stop(),
    };
  },
  logIn: logInToPg,
  async cancel(port, { id, secret }) {
    const raw = await connectScripted(port);
    await raw.send(cancelRequest(id, secret));
    await raw.receiveAll();
  },
  nativeErrorsIn: sqlStatesIn,
  statements: {
    read: (label) => `SELECT '${label}'`,
    drop: (label) => `DROP TABLE "${label}"`,
    unreadable: "SELEC 1",
    failing: { text: "SELECT 1/0", native: "22012" },
    endless: { text: "SELECT pg_sleep(600)", mark: "pg_sleep(600)", cancelled: "57014" },
    ending: "SELECT pg_terminate_backend(pg_backend_pid())",
  },
  bytes: {
    halfLogin: startup({ user: "alice", database: "shop" }).subarray(0, 12),
    garbageAtLogin: Buffer.from("GET / HTTP/1.1\r\n\r\n"),
    garbage: message("\u00fe", "no such message"),
    oversize: Buffer.from("513fff000041414141", "hex"),
    garbageOfServer: Buffer.from("ffffffffffffffff", "hex"),
    version: ["server_version\u000018.", "server_version\u000099."],
  },
};

function statementsIn(log: string): readonly string[] {
  return log.split("\n").flatMap((line) => {
    const logged = /^@log LOG: {2}(?:statement|execute [^:]*): (.*)$/.exec(line)?.[1];
    return logged === undefined || logged === "SELECT 1" ? [] : [logged];
  });
}
