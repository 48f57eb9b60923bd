import { GatewayError } from "@sallyport/shared/errors";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { ErrPacket } from "../messages/err-packet.ts";

/** What an error during the login means to the client. The server's own text may name what only operators should know: it goes to the log. */
export function loginError({ database, server }: OpenSession, { code, message }: ErrPacket): GatewayError {
  const forLog = `the server refused the login: ${code} ${message}`;
  switch (code) {
    case 1044:
    case 1049:
      return new GatewayError("server/login-failed", forLog, {
        detail: `The server has no database ${JSON.stringify(database ?? "")}, or its account may not use it.`,
        hint: "Check the database's name.",
      });
    // too many in all, of this account, within its hour
    case 1040:
    case 1203:
    case 1226:
      return new GatewayError("server/unreachable", forLog, { detail: "The server has no connections left." });
    // hosts that are blocked after errors, or not known
    case 1129:
    case 1130:
      return new GatewayError("server/unreachable", forLog, {
        detail: "The server does not accept connections from the agent's host.",
      });
    case 1053:
    case 3032:
      return new GatewayError("server/unreachable", forLog, { detail: "The server is shutting down or offline." });
    case 3159:
      return new GatewayError("server/tls-failed", forLog, {
        detail: `The server requires TLS, and the connection's TLS mode is "${server.tls}".`,
      });
    default:
      return new GatewayError("server/login-failed", forLog);
  }
}
