import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { GatewayError } from "@sallyport/shared/errors";
import { readSmallFile } from "@sallyport/shared/files/read-small-file";
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
  const options = await tlsOptions(server);
  await stream.write(sslRequest);
  const answer = await new MessageReader(stream, ANSWER_BYTES, "server/malformed").byte();
  if (answer !== ACCEPTED) {
    throw failed(
      answer === undefined
        ? "the server hung up when asked for TLS"
        : `the server answered ${JSON.stringify(answer)} when asked for TLS`,
    );
  }
  // CVE-2021-23222: what came in clear would be taken for what the server says under TLS.
  if (stream.hasUnread) throw failed("unencrypted bytes follow the server's answer");
  try {
    const secure = await stream.connectTls(options);
    const certificate = secure.getPeerX509Certificate()?.raw;
    return {
      kind: "tls",
      verified: server.tls !== "require",
      channel: certificate && tlsServerEndPoint(certificate),
    };
  } catch (cause) {
    throw failed(cause instanceof Error ? cause.message : "the handshake failed", cause);
  }
}

async function tlsOptions(server: ServerAddress): Promise<ConnectionOptions> {
  const [ca, cert, key] = await Promise.all([pem(server.caFile), pem(server.certificateFile), pem(server.keyFile)]);
  return {
    host: server.host,
    // An address is no name: RFC 6066 allows none in SNI.
    ...(isIP(server.host) === 0 && { servername: server.host }),
    ALPNProtocols: ["postgresql"],
    minVersion: "TLSv1.2",
    rejectUnauthorized: server.tls !== "require",
    ...(server.tls !== "verify-full" && { checkServerIdentity: () => undefined }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

async function pem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readSmallFile(path);
  } catch (cause) {
    throw failed(`${path} cannot be read`, cause);
  }
}

function failed(why: string, cause?: unknown): GatewayError {
  return new GatewayError("server/tls-failed", why, { cause });
}
