import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { GatewayError } from "../errors.ts";
import { readSmallFile } from "../files/read-small-file.ts";
import type { ServerAddress } from "../tunnel/open-session.ts";

/** How a connection to this server is encrypted, as its address says. Throws `server/tls-failed` where a file cannot be read. */
export async function serverTlsOptions(server: ServerAddress): Promise<ConnectionOptions> {
  const [ca, cert, key] = await Promise.all([pem(server.caFile), pem(server.certificateFile), pem(server.keyFile)]);
  return {
    host: server.host,
    // An address is no name: RFC 6066 allows none in SNI.
    ...(isIP(server.host) === 0 && { servername: server.host }),
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
    throw tlsFailed(`${path} cannot be read`, cause);
  }
}

/** Whatever goes wrong on the way to an encrypted connection: there is no way back to plaintext. */
export function tlsFailed(why: string, cause?: unknown): GatewayError {
  return new GatewayError("server/tls-failed", why, { cause });
}
