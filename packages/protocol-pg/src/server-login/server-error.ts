import { GatewayError } from "@sallyport/shared/errors";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { ServerError } from "../messages/error-response.ts";

/** An ErrorResponse as the server worded it; the cause of the error that it means. */
export class ServerRefusal extends Error {
  override readonly name = "ServerRefusal";
}

/** Whether the server, or a pooler in front of it, refused the login because of this setting, which is named in whatever language it answers. */
export function isRefusalOf(error: unknown, setting: string): boolean {
  return error instanceof GatewayError && error.cause instanceof ServerRefusal && error.cause.message.includes(setting);
}

/** What an ErrorResponse during login means to the client. The server's own text may name what only operators should know: it goes to the log. */
export function loginError(request: OpenSession, { code, message, detail }: ServerError): GatewayError {
  const said = [code, message, ...(detail === undefined ? [] : [detail])].join(" ");
  const forLog = `the server refused the login: ${said}`;
  const cause = new ServerRefusal(said);
  switch (code) {
    case "3D000":
      return new GatewayError("server/login-failed", forLog, {
        detail: `The server has no database ${JSON.stringify(request.database ?? request.credential.user)}.`,
        hint: "Check the database's name.",
        cause,
      });
    // invalid_parameter_value, undefined_object, cant_change_runtime_param: only settings that the client asked for can be wrong
    case "22023":
    case "42704":
    case "55P02":
      return new GatewayError("login/setting-refused", forLog, {
        detail: `The server refused one of the login's settings: ${Object.keys(request.settings).join(", ") || "none were given"}.`,
        cause,
      });
    case "53300":
      return new GatewayError("server/unreachable", forLog, { detail: "The server has no connections left.", cause });
    case "57P03":
      return new GatewayError("server/unreachable", forLog, {
        detail: "The server is starting up or shutting down.",
        cause,
      });
    default:
      return new GatewayError("server/login-failed", forLog, { cause });
  }
}
