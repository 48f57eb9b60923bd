import { serverTlsOptions, tlsFailed } from "@sallyport/shared/dial/server-tls-options";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { ServerAddress } from "@sallyport/shared/tunnel/open-session";
import { capability, hasCapability } from "../messages/capabilities.ts";
import type { ClientStart } from "../messages/client-start.ts";
import { encodeSslRequest } from "../messages/ssl-request.ts";
import type { PacketExchange } from "../packet-exchange.ts";

/** How the way to the server is protected, which decides what may be said on it. */
export type Protection =
  | { readonly kind: "plaintext" }
  /** `verified`: the certificate was issued by a trusted authority. */
  | { readonly kind: "tls"; readonly verified: boolean };

/** A greeted connection, and what the login on it will begin with. */
export interface Unprotected {
  readonly stream: SocketStream;
  readonly exchange: PacketExchange;
  readonly start: ClientStart;
  /** What the server's greeting offers. */
  readonly offered: number;
}

/** Encrypts a greeted connection as the address says. There is no way back to plaintext: whatever goes wrong is `server/tls-failed`. */
export async function protect(server: ServerAddress, unprotected: Unprotected): Promise<Protection> {
  if (server.tls === "disable") return { kind: "plaintext" };
  const { stream, exchange, start, offered } = unprotected;
  if (!hasCapability(offered, capability.SSL)) throw tlsFailed("the server does not offer TLS");
  const options = await serverTlsOptions(server);
  // what came in clear would be taken for what the server says under TLS
  if (stream.hasUnread) throw tlsFailed("unencrypted bytes follow the server's greeting");
  await exchange.write(encodeSslRequest(start));
  try {
    await stream.connectTls(options);
  } catch (cause) {
    throw tlsFailed(cause instanceof Error ? cause.message : "the handshake failed", cause);
  }
  return { kind: "tls", verified: server.tls !== "require" };
}
