import { createLocalJWKSet, type LocalJWKSet } from "jose";
import { z } from "zod";
import { quoted } from "../printable.ts";
import type { IdentityProviderDocument } from "../store/documents/identity-provider.ts";
import { fetchJson, type FetchMeans } from "./fetch-json.ts";
import { readSmallFile } from "./read-small-file.ts";

const MAX_KEYS = 100;
const MAX_BEARER_TOKEN_BYTES = 16 * 1024;

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
export type KeyLocation = Pick<
  IdentityProviderDocument,
  "issuer" | "jwksUri" | "jwksFile" | "jwks" | "caFile" | "bearerTokenFile"
>;

/** Finds a provider's public keys, and fetches them where they are not at hand. Throws an `Error` that says in words what was wrong. */
export async function fetchKeySet(location: KeyLocation, limits: FetchLimits): Promise<LocalJWKSet> {
  const { jwks, jwksFile } = location;
  if (jwks !== undefined) return keySetIn(jwks, "the document");
  if (jwksFile !== undefined) {
    const text = await readSmallFile(jwksFile, limits.maxBytes);
    return keySetIn(jsonIn(text), `the file ${quoted(jwksFile, 200)}`);
  }
  return await fetchFromProvider(location, limits);
}

async function fetchFromProvider(location: KeyLocation, limits: FetchLimits): Promise<LocalJWKSet> {
  const { issuer, jwksUri, caFile, bearerTokenFile } = location;
  const ca = caFile === undefined ? undefined : await readAuthority(caFile, limits.maxBytes);
  // one bound over both requests, shorter than the time a login has
  const means: FetchMeans = { maxBytes: limits.maxBytes, signal: AbortSignal.timeout(limits.timeoutMs), ca };
  const url = jwksUri === undefined ? await discover(issuer, means) : new URL(jwksUri);
  const bearerToken = bearerTokenFile === undefined ? undefined : await readBearerToken(bearerTokenFile);
  return keySetIn(await fetchJson(url, { ...means, bearerToken }), quoted(url.href, 200));
}

/** OpenID Connect Discovery 1.0 §4: the document must name the very issuer it was asked of. */
async function discover(issuer: string, means: FetchMeans): Promise<URL> {
  const url = new URL(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const found = discoveryDocument.safeParse(await fetchJson(url, means));
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

/** A text without a certificate would be no authority to one reader and all the usual ones to another. */
async function readAuthority(path: string, maxBytes: number): Promise<string> {
  const pem = await readSmallFile(path, maxBytes);
  if (!pem.includes("-----BEGIN CERTIFICATE-----"))
    throw new Error(`the file ${quoted(path, 200)} holds no certificate`);
  return pem;
}

/** Anything but a JWT stays here: whoever may write documents must not have other files of the gateway's host sent elsewhere. */
async function readBearerToken(path: string): Promise<string> {
  const token = (await readSmallFile(path, MAX_BEARER_TOKEN_BYTES)).trim();
  if (!/^ey[\w-]+\.ey[\w-]+\.[\w-]+$/.test(token)) throw new Error(`the file ${quoted(path, 200)} holds no JWT`);
  return token;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function keySetIn(value: unknown, whence: string): LocalJWKSet {
  const keySet = keySetDocument.safeParse(value);
  if (!keySet.success) throw new Error(`${whence} holds something that is not a key set`);
  return createLocalJWKSet(keySet.data);
}
