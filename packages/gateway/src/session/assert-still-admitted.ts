import { isDeepStrictEqual } from "node:util";
import { GatewayError } from "@sallyport/shared/errors";
import type { Principal } from "@sallyport/shared/principal";
import type { AuthorizedLogin } from "../login/authorize-login.ts";
import { principalOfToken } from "../login/principal-of-token.ts";
import type { IdentityProviderDocument } from "../store/documents/identity-provider.ts";
import type { StoreSnapshot } from "../store/store.ts";

/**
 * Throws `session/access-ended` once something that a login rested on, besides policy, is no longer in the store as it
 * was: a session does not learn of another expiry, other groups or another server in mid-life, it is made anew.
 */
export function assertStillAdmitted(
  { connection, credential, principal }: Pick<AuthorizedLogin, "connection" | "credential" | "principal">,
  { connections, tickets, identityProviders }: StoreSnapshot,
): void {
  const name = connection.connection;
  assertUnchanged(`connection ${name}`, connection, connections.get(name));
  if (credential.kind === "ticket") {
    const { document } = credential;
    assertUnchanged(`ticket ${document.ticket}`, document, tickets.get(document.ticket));
  } else {
    assertStillSpokenFor(principal, credential.identityProvider, identityProviders);
  }
}

/** A repository that was taken off the list, or a claim that now means another group: the token would not make the same principal. */
function assertStillSpokenFor(principal: Principal, name: string, all: readonly IdentityProviderDocument[]): void {
  const provider = all.find(({ identityProvider }) => identityProvider === name);
  if (provider === undefined) throw ended(`The identity provider ${name} was removed.`);
  if (!isDeepStrictEqual(principal, principalNow(principal, provider, all)))
    throw ended(`The identity provider ${name} was changed.`);
}

function principalNow(
  principal: Principal,
  provider: IdentityProviderDocument,
  all: readonly IdentityProviderDocument[],
): Principal | undefined {
  try {
    return principalOfToken(principal.claims, provider, all);
  } catch {
    return undefined;
  }
}

function assertUnchanged<T>(what: string, before: T, now: T | undefined): void {
  if (now === undefined) throw ended(`The ${what} was removed.`);
  if (!isDeepStrictEqual(before, now)) throw ended(`The ${what} was changed.`);
}

function ended(because: string): GatewayError {
  return new GatewayError("session/access-ended", because, { detail: because });
}
