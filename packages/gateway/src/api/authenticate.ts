import type { IncomingMessage } from "node:http";
import { GatewayError } from "@sallyport/shared/errors";
import type { Principal } from "@sallyport/shared/principal";
import { Secret } from "@sallyport/shared/secret";
import { revokedAmong } from "../login/revoked-among.ts";
import { rolesOf } from "../login/roles-of.ts";
import type { TokenVerifier } from "../login/token-verifier.ts";
import { quoted } from "../printable.ts";
import type { Store } from "../store/store.ts";
import type { Caller } from "./caller.ts";

/** What callers are proven with. */
export interface AuthenticationMeans {
  readonly store: Store;
  readonly verifier: TokenVerifier;
}

/**
 * Who sends a request, by its token. Throws `api/unauthenticated`, whatever is wrong with the token; `api/forbidden` for a
 * principal that was revoked; and what says that it cannot be known at the moment.
 */
export async function authenticate(
  request: IncomingMessage,
  { store, verifier }: AuthenticationMeans,
): Promise<Caller> {
  const token = bearerOf(request);
  // a revocation that has not arrived yet must not be outrun
  store.assertReachable();
  const { principal, identityProvider, expires } = await verified(verifier, token);
  const { revokedPrincipals, identityProviders } = store.snapshot();
  assertNotRevoked(principal, revokedPrincipals);
  const provider = identityProviders.find((document) => document.identityProvider === identityProvider);
  if (provider === undefined) throw unauthenticated(`${quoted(identityProvider)} was removed`);
  return { kind: "principal", principal, roles: rolesOf(principal, provider), identityProvider, expires };
}

/** The one token of a request. Two would let whatever stands before the gateway see another than the gateway. */
export function bearerOf({ headersDistinct }: IncomingMessage): Secret<string> {
  const given = headersDistinct["authorization"] ?? [];
  if (given.length > 1) throw unauthenticated("there is more than one header Authorization");
  const [, token] = /^bearer +(\S+)$/i.exec(given[0] ?? "") ?? [];
  if (token === undefined) throw unauthenticated("there is no bearer token");
  return new Secret(token);
}

/** Throws once a caller would not be let in any more: for answers that take long. */
export function assertStillWelcome(caller: Caller, store: Store, now: number): void {
  if (caller.kind === "local") return;
  if (caller.expires.getTime() <= now) throw unauthenticated("the token has expired");
  const { revokedPrincipals, identityProviders } = store.snapshot();
  assertNotRevoked(caller.principal, revokedPrincipals);
  if (!identityProviders.some(({ identityProvider }) => identityProvider === caller.identityProvider))
    throw unauthenticated("the identity provider was removed");
}

async function verified(verifier: TokenVerifier, token: Secret<string>) {
  try {
    return await verifier.verify(token);
  } catch (reason) {
    const error = GatewayError.from(reason);
    if (error.code === "login/failed") throw unauthenticated(error.message);
    throw error;
  }
}

function assertNotRevoked(principal: Principal, revokedPrincipals: ReadonlySet<string>): void {
  const revoked = revokedAmong(principal, revokedPrincipals);
  if (revoked === undefined) return;
  throw new GatewayError("api/forbidden", `${quoted(revoked)} was revoked`, {
    detail: `The access of ${quoted(revoked)} was revoked.`,
    hint: "Ask an administrator to restore it.",
  });
}

function unauthenticated(reason: string): GatewayError {
  return new GatewayError("api/unauthenticated", reason);
}
