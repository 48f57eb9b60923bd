import { GatewayError } from "@sallyport/shared/errors";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { quoted } from "../printable.ts";

const MAX_BYTES = 16 * 1024;

// RFC 9068 access tokens, and the plain JWTs that ID tokens, CI systems and Kubernetes issue
const acceptedTypes = new Set(["jwt", "at+jwt"]);

/** What a token says before its signature was checked: good for finding the keys, and for nothing else. */
export interface UnverifiedToken {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly issuer: string;
  readonly audiences: readonly string[];
}

/** Reads a token without believing it. Throws `login/failed` for everything that no signature could make acceptable. */
export function readUnverifiedToken(token: string): UnverifiedToken {
  if (token.length > MAX_BYTES) throw refused(`the token has ${token.length} bytes, more than ${MAX_BYTES}`);
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) throw refused("the token is not a signed JWT");
  const header = decoded(() => decodeProtectedHeader(token), "header");
  const claims = decoded(() => decodeJwt(token), "claims");
  assertHeader(header);
  const issuer = claims["iss"];
  if (typeof issuer !== "string") throw refused('the token has no "iss"');
  return {
    algorithm: typeof header["alg"] === "string" ? header["alg"] : "",
    keyId: typeof header["kid"] === "string" ? header["kid"] : undefined,
    issuer,
    audiences: listOfStrings(claims["aud"]),
  };
}

function assertHeader(header: Readonly<Record<string, unknown>>): void {
  const { alg, typ, crit, kid } = header;
  if (typeof alg !== "string") throw refused('the token\'s header has no "alg"');
  // an extension that must be understood, by definition, is not
  if (crit !== undefined) throw refused('the token\'s header has "crit"');
  if (kid !== undefined && typeof kid !== "string") throw refused('the token\'s "kid" is not a string');
  if (typ === undefined) return;
  const given = typeof typ === "string" ? typ : "";
  const type = given.toLowerCase().replace(/^application\//, "");
  // others are made for other readers: log-out tokens, DPoP proofs, security events
  if (!acceptedTypes.has(type)) throw refused(`the token's type is ${quoted(given)}, not JWT or at+jwt`);
}

/** The reasons of the decoder are dropped: they quote what they choke on, and that is a token. */
function decoded(decode: () => object, part: string): Readonly<Record<string, unknown>> {
  try {
    return { ...decode() };
  } catch {
    throw refused(`the token's ${part} cannot be read`);
  }
}

function listOfStrings(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((entry) => typeof entry === "string");
}

function refused(reason: string): GatewayError {
  return new GatewayError("login/failed", reason);
}
