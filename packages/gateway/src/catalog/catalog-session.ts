import { randomUUID } from "node:crypto";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { closeGently } from "@sallyport/shared/stream/close-gently";
import type { ServerSession } from "@sallyport/shared/tunnel/tunnel";
import type { ConnectionDocument } from "../store/documents/connection.ts";
import { openThrough } from "../tunnel/open-through.ts";
import type { TunnelRegistry } from "../tunnel/tunnel-registry.ts";

/** Who reads catalogs, in the server's own views and logs. */
const PRINCIPAL = "sallyport-catalog";
const NO_WORDS = Buffer.alloc(0);

/** Whose objects are read. */
export interface CatalogPlace {
  readonly adapter: ProtocolAdapter;
  readonly connection: ConnectionDocument;
  /** undefined: the one that the server chooses. */
  readonly database: string | undefined;
}

/** Opens a session of the gateway's own on a connection's server, under the connection's credential, that only asks for objects. */
export function openCatalogSession(
  { connection, database }: CatalogPlace,
  tunnels: TunnelRegistry,
  signal: AbortSignal,
): Promise<ServerSession> {
  const request = {
    session: randomUUID(),
    protocol: connection.protocol,
    connection: connection.connection,
    server: connection.server,
    credential: connection.credential,
    database,
    principal: PRINCIPAL,
    settings: {},
    options: connection.options,
  };
  return openThrough(tunnels, connection, request, signal);
}

/** Whether a new session would find an agent. */
export function isServed({ connection }: CatalogPlace, tunnels: TunnelRegistry): boolean {
  try {
    tunnels.choose(connection.agentGroup, connection.connection);
    return true;
  } catch {
    return false;
  }
}

/** Ends one on which nothing runs, so that nobody has to ask the server to stop something. */
export function endCatalogSession({ stream }: ServerSession): void {
  void closeGently(stream, NO_WORDS);
}
