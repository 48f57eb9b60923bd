import { storedDocument, storedDocumentPage } from "@sallyport/gateway/api/contract/document";
import { reachableConnectionPage } from "@sallyport/gateway/api/contract/me";
import { openClient, pathOf } from "../client/api-client.ts";
import type { GatewayOptions } from "../client/target.ts";
import { documentText } from "../output/document-text.ts";
import { stamp } from "../output/moments.ts";
import { print } from "../output/print.ts";
import { table } from "../output/table.ts";

type Options = GatewayOptions & { readonly json?: boolean };

/** Prints the connections that are registered. */
export async function listConnections(options: Options): Promise<void> {
  const client = await openClient(options);
  const { items } = await client.list("/v1/connections", storedDocumentPage);
  print(options, items, () =>
    table(
      ["NAME", "PROTOCOL", "AGENT GROUP", "SERVER", "CHANGED", "BY"],
      items.map(({ name, document, author, changedAt }) => [
        name,
        text(document["protocol"]),
        text(document["agentGroup"]),
        serverOf(document["server"]),
        stamp(changedAt),
        author,
      ]),
    ),
  );
}

/** Prints the connections that this user may log in to now. */
export async function listOwnConnections(options: Options): Promise<void> {
  const client = await openClient(options);
  const { items } = await client.list("/v1/me/connections", reachableConnectionPage);
  print(options, items, () =>
    table(
      ["NAME", "PROTOCOL", "DATABASE", "PORTS"],
      items.map(({ name, protocol, database, ports }) => [name, protocol, database ?? "", ports.join(", ")]),
    ),
  );
}

/** Prints one connection as its document is written. */
export async function showConnection(name: string, options: Options): Promise<void> {
  const client = await openClient(options);
  const found = await client.get(pathOf`/v1/connections/${name}`, storedDocument);
  print(options, found, () => documentText("connection", found.document));
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function serverOf(server: unknown): string {
  if (typeof server !== "object" || server === null || !("host" in server)) return "";
  const port = "port" in server && typeof server.port === "number" ? `:${server.port}` : "";
  return `${text(server.host)}${port}`;
}
