import { createAllowList } from "@sallyport/agent/allow-list";
import { dialServer } from "@sallyport/agent/dial-server";
import { pg } from "@sallyport/protocol-pg/adapter";
import { readCatalog } from "@sallyport/protocol-pg/catalog/read-catalog";
import { createSqlReader } from "@sallyport/protocol-pg/inspector/sql-reader";
import { sentence } from "@sallyport/gateway/policy/sentence";
import type { ReadSql } from "@sallyport/gateway/policy/read-sql";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import type { OpenSession, ServerTlsMode } from "@sallyport/shared/tunnel/open-session";
import { CommandFailure } from "../command-failure.ts";

/** How long the login may take, and reading the objects. */
const CONNECT_MS = 60_000;

const tlsModes: Readonly<Record<string, ServerTlsMode>> = {
  disable: "disable",
  require: "require",
  "verify-ca": "verify-ca",
  "verify-full": "verify-full",
};

/** Reads SQL as a session of this database would. Its objects are read once; the connection is closed again. */
export async function readerOf(url: string): Promise<{ readonly database: string; readonly readSql: ReadSql }> {
  const { request, password } = readUrl(url);
  const { host, port } = request.server;
  const allowed = createAllowList([host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`]);
  const signal = AbortSignal.timeout(CONNECT_MS);
  try {
    const server = await pg.loginToServer(request, password, (other = { host, port }) =>
      dialServer(allowed, other.host, other.port, signal),
    );
    try {
      const catalog = await readCatalog(server);
      return { database: catalog.database, readSql: await createSqlReader(server.facts, catalog) };
    } finally {
      server.stream.destroy();
    }
  } catch (cause) {
    const { message } = GatewayError.from(cause);
    throw new CommandFailure(
      `The objects of ${host}:${port} cannot be read: ${sentence(message)}`,
      "Check --database and PGPASSWORD. Through a gateway, use the login of somebody for whom nothing is masked.",
      cause,
    );
  }
}

/** The parts of `postgres://user@host:5432/database?sslmode=verify-full`. */
function readUrl(text: string): { readonly request: OpenSession; readonly password: Secret<string> | undefined } {
  const url = URL.parse(text);
  const mode = url?.searchParams.get("sslmode") ?? "verify-full";
  const tls = Object.hasOwn(tlsModes, mode) ? tlsModes[mode] : undefined;
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === "" || tls === undefined) {
    throw new CommandFailure(
      "--database is not the URL of a PostgreSQL database.",
      "Write it as postgres://user@host:5432/database, with ?sslmode=disable, require, verify-ca or verify-full.",
    );
  }
  const database = decodeURIComponent(url.pathname.slice(1));
  const password = url.password === "" ? process.env["PGPASSWORD"] : decodeURIComponent(url.password);
  const caFile = url.searchParams.get("sslrootcert");
  return {
    password: password === undefined ? undefined : new Secret(password),
    request: {
      session: "policy",
      protocol: pg.id,
      connection: "policy",
      server: {
        host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
        port: url.port === "" ? pg.defaultPort : Number(url.port),
        tls,
        ...(caFile === null ? {} : { caFile }),
      },
      credential: { user: decodeURIComponent(url.username) },
      database: database === "" ? undefined : database,
      principal: "policy",
      settings: {},
      options: {},
    },
  };
}
