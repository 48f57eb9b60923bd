import { isDeepStrictEqual } from "node:util";
import { GatewayError } from "@sallyport/shared/errors";
import type { AuthorizedLogin } from "../login/authorize-login.ts";
import type { StoreSnapshot } from "../store/store.ts";

/**
 * Throws `session/access-ended` once something that a login rested on, besides policy, is no longer in the store as it
 * was: a session does not learn of another expiry, other groups or another server in mid-life, it is made anew.
 */
export function assertStillAdmitted(
  { connection, credential }: Pick<AuthorizedLogin, "connection" | "credential">,
  { connections, tickets, identityProviders }: StoreSnapshot,
): void {
  const name = connection.connection;
  assertUnchanged(`connection ${name}`, connection, connections.get(name));
  if (credential.kind === "ticket") {
    const { document } = credential;
    assertUnchanged(`ticket ${document.ticket}`, document, tickets.get(document.ticket));
  } else if (!identityProviders.some(({ identityProvider }) => identityProvider === credential.identityProvider)) {
    throw ended(`The identity provider ${credential.identityProvider} was removed.`);
  }
}

function assertUnchanged<T>(what: string, before: T, now: T | undefined): void {
  if (now === undefined) throw ended(`The ${what} was removed.`);
  if (!isDeepStrictEqual(before, now)) throw ended(`The ${what} was changed.`);
}

function ended(because: string): GatewayError {
  return new GatewayError("session/access-ended", because, { detail: because });
}
