import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import { quoted } from "../printable.ts";
import type { IdentityProviderDocument } from "../store/documents/identity-provider.ts";
import type { Store, StoreSnapshot } from "../store/store.ts";
import { Jwks, defaultKeyOptions, type KeyOptions } from "./jwks.ts";
import { principalOfToken } from "./principal-of-token.ts";
import { readUnverifiedToken, type UnverifiedToken } from "./unverified-token.ts";
import { VerifiedTokens, type VerifiedToken } from "./verified-tokens.ts";
import { verifyToken } from "./verify-token.ts";

export interface TokenVerifierOptions {
  readonly store: Store;
  readonly keys?: Partial<KeyOptions>;
  readonly maxRemembered?: number;
  /** In milliseconds. */
  readonly now?: () => number;
}

/** Turns an OIDC token into a principal. Throws `login/failed` with the precise reason, or `login/unavailable` while the provider's keys cannot be had. */
export interface TokenVerifier {
  verify(token: Secret<string>): Promise<VerifiedToken>;
}

export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const now = options.now ?? Date.now;
  const keyOptions = { ...defaultKeyOptions, ...options.keys };
  const remembered = new VerifiedTokens(options.maxRemembered ?? 2_000);
  const keySources = new Map<string, Jwks>();
  let version: string | undefined;

  function takeUpChanges(snapshot: StoreSnapshot): void {
    if (snapshot.version === version) return;
    version = snapshot.version;
    remembered.clear();
    const used = new Set(snapshot.identityProviders.map(sourceKey));
    for (const key of keySources.keys()) if (!used.has(key)) keySources.delete(key);
  }

  function keysOf(provider: IdentityProviderDocument): Jwks {
    const key = sourceKey(provider);
    const known = keySources.get(key);
    if (known !== undefined) return known;
    const made = new Jwks(provider, keyOptions, now);
    keySources.set(key, made);
    return made;
  }

  async function verifyWith(
    provider: IdentityProviderDocument,
    all: readonly IdentityProviderDocument[],
    unverified: UnverifiedToken,
    token: string,
  ): Promise<VerifiedToken> {
    const { claims, expires } = await verifyToken({
      token,
      unverified,
      provider,
      keys: keysOf(provider),
      now,
    });
    return {
      principal: principalOfToken(claims, provider, all),
      expires,
      identityProvider: provider.identityProvider,
    };
  }

  return {
    async verify(secret) {
      const snapshot = options.store.snapshot();
      takeUpChanges(snapshot);
      const token = secret.reveal();
      const unverified = readUnverifiedToken(token);
      const known = remembered.get(token, now());
      if (known !== undefined) return known;
      const all = snapshot.identityProviders;
      const candidates = providersFor(unverified, all);
      const verified = await firstThatVerifies(candidates, (provider) => verifyWith(provider, all, unverified, token));
      // no longer than keys are fresh: a key that its provider withdrew stops working by then
      const until = Math.min(verified.expires.getTime(), now() + keyOptions.freshMs);
      // the documents may have changed while the keys were on their way
      if (version === snapshot.version) remembered.set(token, verified, until);
      return verified;
    },
  };
}

function sourceKey(provider: IdentityProviderDocument): string {
  const { issuer, jwksUri, jwksFile, jwks, caFile, bearerTokenFile } = provider;
  return JSON.stringify([issuer, jwksUri, jwksFile, jwks, caFile, bearerTokenFile]);
}

function providersFor(
  token: UnverifiedToken,
  providers: readonly IdentityProviderDocument[],
): readonly IdentityProviderDocument[] {
  const ofIssuer = providers.filter((provider) => provider.issuer === token.issuer);
  if (ofIssuer.length === 0)
    throw new GatewayError("login/failed", `issuer ${quoted(token.issuer, 200)} is not registered`);
  const matching = ofIssuer.filter((provider) => token.audiences.includes(provider.audience));
  if (matching.length > 0) return matching;
  const given = token.audiences.slice(0, 5).map((audience) => quoted(audience));
  const wanted = ofIssuer.map((provider) => quoted(provider.audience));
  throw new GatewayError("login/failed", `audience ${given.join(", ") || "(none)"} is not ${wanted.join(" or ")}`);
}

/** Several documents may share issuer and audience; the last one's reason stands for all, unless one of them could not say. */
async function firstThatVerifies<T>(
  providers: readonly IdentityProviderDocument[],
  verify: (provider: IdentityProviderDocument) => Promise<T>,
): Promise<T> {
  let refusal: unknown;
  for (const provider of providers) {
    try {
      return await verify(provider);
    } catch (reason) {
      const couldNotSay = refusal instanceof GatewayError && refusal.code === "login/unavailable";
      if (!couldNotSay) refusal = reason;
    }
  }
  throw GatewayError.from(refusal);
}
