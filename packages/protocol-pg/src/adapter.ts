import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { probeCatalog } from "./catalog/probe-catalog.ts";
import { readCatalog } from "./catalog/read-catalog.ts";
import { greetClient } from "./client-login/greet-client.ts";
import { createPgFramer } from "./framer.ts";
import { createSqlReader } from "./inspector/sql-reader.ts";
import { createPgInspector } from "./inspector/inspector.ts";
import { errorResponse, pgNativeErrors } from "./native-errors.ts";
import { checkServer } from "./server-login/check-server.ts";
import { loginToServer } from "./server-login/login-to-server.ts";

/** Whose grammar is taken for a server that has not been seen. */
const NEWEST = { version: "18" };

/** PostgreSQL, protocol 3.0 and 3.2, servers 13 to 18. */
export const pg: ProtocolAdapter = {
  id: "pg",
  label: "PostgreSQL",
  defaultPort: 5432,
  nativeErrors: pgNativeErrors,
  greetsAsServer: false,
  greetClient,
  turnAway: (error) => errorResponse(error, "FATAL"),
  createFramer: createPgFramer,
  readCatalog: (server) => readCatalog(server),
  probeCatalog,
  readOnlySettings: { default_transaction_read_only: "on" },
  readText: async (text, { facts, catalog }) => (await createSqlReader(facts ?? NEWEST, catalog))(text),
  createInspector: createPgInspector,
  loginToServer,
  checkServer,
};
