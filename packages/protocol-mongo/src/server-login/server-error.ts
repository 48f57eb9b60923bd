import { GatewayError } from "@sallyport/shared/errors";
import type { RawDocument } from "../bson/raw-document.ts";
import type { ServerReply, ServerRefusal } from "./server-commands.ts";

/** The reply, where it is none of refusal, which is thrown as what it means for a login. */
export function acceptedBy(reply: ServerReply): RawDocument {
  if (reply.kind === "ok") return reply.body;
  throw loginError(reply.refusal);
}

/**
 * What an error during the login means to the client. The server's own text may name what only operators should know: it goes
 * to the log.
 */
function loginError({ code, message }: ServerRefusal): GatewayError {
  const forLog = `the server refused the login: ${code} ${message}`;
  switch (code) {
    // shutting down, by order or for another primary
    case 91:
    case 11600:
    case 11602:
      return new GatewayError("server/unreachable", forLog, {
        detail: "The server is shutting down or changing its role.",
      });
    default:
      return new GatewayError("server/login-failed", forLog);
  }
}
