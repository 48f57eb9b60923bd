import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import type { Catalog } from "@sallyport/shared/catalog/catalog";
import { GatewayError } from "@sallyport/shared/errors";
import type { ParsedStatement } from "@sallyport/shared/statement";
import type { CatalogDesk } from "../catalog/catalog-desk.ts";
import type { ConnectionDocument } from "../store/documents/connection.ts";
import type { TunnelRegistry } from "../tunnel/tunnel-registry.ts";

/** Statements of a text, and whether the objects of their database were known when they were read. */
export interface ReadText {
  readonly catalog: "live" | "unknown";
  readonly statements: readonly ParsedStatement[];
}

/** Reads texts as a session on a connection would. */
export interface StatementReading {
  /** Throws `server/unsupported` where the protocol's statements cannot be read outside a session. */
  read(connection: ConnectionDocument, database: string | undefined, text: string): Promise<ReadText>;
}

/** Takes the catalog that sessions share. Where none is known yet it is read, through the connection's agent. */
export function createStatementReading(means: {
  readonly adapters: readonly ProtocolAdapter[];
  readonly catalogs: CatalogDesk;
  readonly tunnels: TunnelRegistry;
}): StatementReading {
  return {
    async read(connection, database, text) {
      const adapter = means.adapters.find(({ id }) => id === connection.protocol);
      if (adapter?.readText === undefined) {
        const detail = `Statements of ${adapter?.label ?? connection.protocol} cannot be explained outside a session.`;
        throw new GatewayError("server/unsupported", detail, { detail });
      }
      const source = means.catalogs.sourceFor({ adapter, connection, database, needed: () => true });
      try {
        const catalog: Catalog | undefined = await source.current();
        const facts = means.tunnels.serverOf(connection);
        return {
          catalog: catalog === undefined ? "unknown" : "live",
          statements: await adapter.readText(text, { facts, catalog }),
        };
      } finally {
        source.release();
      }
    },
  };
}
