import { GatewayError } from "../errors.ts";

/** What a failed login to a server is. While nothing was asked of it, a lost connection is no more than one that was not made. */
export function loginError(reason: unknown): GatewayError {
  const error = GatewayError.from(reason, "server/unreachable");
  if (error.code !== "server/lost") return error;
  return new GatewayError("server/unreachable", `the connection was lost during the login: ${error.message}`, {
    cause: error,
  });
}
