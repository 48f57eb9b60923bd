import { serverTlsOptions, tlsFailed } from "@sallyport/shared/dial/server-tls-options";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { ServerAddress } from "@sallyport/shared/tunnel/open-session";

/**
 * Encrypts a fresh connection as the address says. There is no way back to plaintext: whatever goes wrong is
 * `server/tls-failed`.
 */
export async function protect(stream: SocketStream, server: ServerAddress): Promise<void> {
  if (server.tls === "disable") return;
  const options = await serverTlsOptions(server);
  if (stream.hasUnread) throw tlsFailed("the server spoke before it was asked for TLS");
  try {
    await stream.connectTls(options);
  } catch (cause) {
    throw tlsFailed(cause instanceof Error ? cause.message : "the handshake failed", cause);
  }
}
