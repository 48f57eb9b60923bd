import { serverTlsOptions, tlsFailed } from "@sallyport/shared/dial/server-tls-options";
import { tlsServerEndPoint } from "@sallyport/shared/scram/tls-server-end-point";
import type { ChannelBinding } from "@sallyport/shared/scram/scram-server";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { ServerAddress } from "@sallyport/shared/tunnel/open-session";
import { MessageReader } from "../message-reader.ts";
import { sslRequest } from "../messages/ssl-request.ts";

const ACCEPTED = "S";
const ANSWER_BYTES = 1;

/** How the way to the server is protected, which decides what may be said on it. */
export type Protection =
  | { readonly kind: "plaintext" }
  /** `verified`: the certificate was issued by a trusted authority. `channel` is missing where it can't be bound. */
  | { readonly kind: "tls"; readonly verified: boolean; readonly channel: ChannelBinding | undefined };

/** Encrypts a fresh connection as the address says. There is no way back to plaintext: whatever goes wrong is `server/tls-failed`. */
export async function protect(stream: SocketStream, server: ServerAddress): Promise<Protection> {
  if (server.tls === "disable") return { kind: "plaintext" };
  const options = { ...(await serverTlsOptions(server)), ALPNProtocols: ["postgresql"] };
  await stream.write(sslRequest);
  const answer = await new MessageReader(stream, ANSWER_BYTES, "server/malformed").byte();
  if (answer !== ACCEPTED) {
    throw tlsFailed(
      answer === undefined
        ? "the server hung up when asked for TLS"
        : `the server answered ${JSON.stringify(answer)} when asked for TLS`,
    );
  }
  // CVE-2021-23222: what came in clear would be taken for what the server says under TLS.
  if (stream.hasUnread) throw tlsFailed("unencrypted bytes follow the server's answer");
  try {
    const secure = await stream.connectTls(options);
    const certificate = secure.getPeerX509Certificate()?.raw;
    return {
      kind: "tls",
      verified: server.tls !== "require",
      channel: certificate && tlsServerEndPoint(certificate),
    };
  } catch (cause) {
    throw tlsFailed(cause instanceof Error ? cause.message : "the handshake failed", cause);
  }
}
