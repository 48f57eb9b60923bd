import { createLocalJWKSet, type LocalJWKSet } from "jose";
import { z } from "zod";
import { quoted } from "../printable.ts";
import type { IdentityProviderDocument } from "../store/documents/identity-provider.ts";
import { fetchJson } from "./fetch-json.ts";

const MAX_KEYS = 100;

const discoveryDocument = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keySetDocument = z.object({
  keys: z.array(z.looseObject({ kty: z.string() })).max(MAX_KEYS),
});

/** Bounds on what an identity provider may send, and how long it may take. */
export interface FetchLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** Where a provider's keys are, as far as the key source cares. */
export type KeyLocation = Pick<IdentityProviderDocument, "issuer" | "jwksUri">;

/** Finds and fetches a provider's public keys. Throws an `Error` that says in words what was wrong. */
export async function fetchKeySet(location: KeyLocation, limits: FetchLimits): Promise<LocalJWKSet> {
  // one bound over both requests, shorter than the time a login has
  const signal = AbortSignal.timeout(limits.timeoutMs);
  const url =
    location.jwksUri === undefined ? await discover(location.issuer, limits, signal) : new URL(location.jwksUri);
  const keySet = keySetDocument.safeParse(await fetchJson(url, limits.maxBytes, signal));
  if (!keySet.success) throw new Error(`${quoted(url.href, 200)} answered with something that is not a key set`);
  return createLocalJWKSet(keySet.data);
}

/** OpenID Connect Discovery 1.0 §4: the document must name the very issuer it was asked of. */
async function discover(issuer: string, limits: FetchLimits, signal: AbortSignal): Promise<URL> {
  const url = new URL(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const found = discoveryDocument.safeParse(await fetchJson(url, limits.maxBytes, signal));
  if (!found.success) throw new Error(`${quoted(url.href, 200)} names no issuer and jwks_uri`);
  if (found.data.issuer !== issuer) {
    throw new Error(
      `${quoted(url.href, 200)} is of issuer ${quoted(found.data.issuer, 200)}, not ${quoted(issuer, 200)}`,
    );
  }
  const keys = new URL(found.data.jwks_uri);
  if (keys.protocol !== "https:" && url.protocol === "https:") {
    throw new Error(`${quoted(url.href, 200)} sends for its keys without encryption`);
  }
  return keys;
}
