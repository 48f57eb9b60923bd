import type { ClientHello } from "@sallyport/shared/adapter";
import type { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "../log.ts";
import type { LoginPeer } from "./admitted-login.ts";
import { parseUserName } from "./user-name.ts";

/** Says in the log precisely why a login was refused; the client hears only the safe half of it. */
export function reportRefusal(
  log: Log,
  hello: ClientHello,
  peer: LoginPeer,
  error: GatewayError,
  durationMs: number,
): void {
  const fields = {
    session: peer.session,
    address: peer.address,
    protocol: peer.protocol,
    user: hello.user,
    connection: claimedConnection(hello),
    code: error.code,
    reason: error.message,
    durationMs,
  };
  if (error.code === "internal/unexpected")
    log.error("login failed unexpectedly", { ...fields, stack: callSites(error) });
  else log.warn("login refused", fields);
}

/** Where the client wanted to go, as far as its own words tell. */
function claimedConnection(hello: ClientHello): string | undefined {
  try {
    return parseUserName(hello).connection;
  } catch {
    return hello.database;
  }
}

/** Without the first line: the text of an error that nobody expected may hold anything. */
function callSites(error: GatewayError): string | undefined {
  const origin = error.cause instanceof Error ? error.cause : error;
  const lines = origin.stack?.split("\n").filter((line) => /^\s+at /.test(line));
  return lines?.map((line) => line.trim()).join(" < ");
}
