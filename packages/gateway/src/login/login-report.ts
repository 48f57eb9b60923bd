import type { ClientHello } from "@sallyport/shared/adapter";
import type { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "../log.ts";
import type { AuthorizedLogin } from "./authorize-login.ts";
import type { LoginPeer } from "./login-peer.ts";
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
    connection: claimedConnection(hello, peer.listenerConnection),
    code: error.code,
    reason: error.message,
    durationMs,
  };
  // no refusal of ours: port checks do it, and clients that first have to ask a human for the password
  if (error.code === "client/gone") log.info("login.abandoned", fields);
  else if (error.code === "internal/unexpected") log.error("login.refused", { ...fields, stack: callSites(error) });
  else log.warn("login.refused", fields);
}

/** Says in the log who was let in, and where. */
export function reportAdmission(log: Log, login: AuthorizedLogin, peer: LoginPeer, durationMs: number): void {
  log.info("login.admitted", {
    session: peer.session,
    address: peer.address,
    protocol: peer.protocol,
    principal: login.principal.name,
    credential: login.credential.kind,
    connection: login.connection.connection,
    database: login.database,
    durationMs,
  });
}

/** Where the client wanted to go, as far as its own words tell. */
export function claimedConnection(hello: ClientHello, listenerConnection: string | undefined): string | undefined {
  try {
    return parseUserName(hello, listenerConnection).connection;
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
