import { GatewayError } from "@sallyport/shared/errors";
import { errors, jwtVerify, type CryptoKey, type JWTPayload, type JWTVerifyOptions, type LocalJWKSet } from "jose";
import { quoted } from "../printable.ts";
import type { IdentityProviderDocument } from "../store/documents/identity-provider.ts";
import type { Jwks } from "./jwks.ts";
import type { UnverifiedToken } from "./unverified-token.ts";

const CLOCK_TOLERANCE_S = 5;
// keys to try when a token does not say which one signed it
const MAX_CANDIDATES = 8;
// the last instant a Date can hold, ECMA-262 §21.4.1.1
const MAX_TIME_MS = 8.64e15;

export interface VerifyToken {
  readonly token: string;
  readonly unverified: UnverifiedToken;
  readonly provider: IdentityProviderDocument;
  readonly keys: Jwks;
  readonly now: () => number;
}

/** Checks a token's signature and claims against one provider. Throws `login/failed` or, without keys, `login/unavailable`. */
export async function verifyToken(request: VerifyToken): Promise<{ claims: JWTPayload; expires: Date }> {
  const { unverified, provider } = request;
  if (!provider.algorithms.some((algorithm) => algorithm === unverified.algorithm)) {
    throw refused(`algorithm ${quoted(unverified.algorithm)} is not one of ${provider.algorithms.join(", ")}`);
  }
  const now = request.now();
  const options: JWTVerifyOptions = {
    algorithms: [...provider.algorithms],
    issuer: provider.issuer,
    audience: provider.audience,
    requiredClaims: ["exp"],
    clockTolerance: CLOCK_TOLERANCE_S,
    currentDate: new Date(now),
  };
  try {
    const claims = await verifyWithRotation(request, options);
    return { claims, expires: checkedTimes(claims, now) };
  } catch (reason) {
    if (reason instanceof GatewayError) throw reason;
    // without its cause, which may quote the token
    throw refused(inWords(reason, unverified));
  }
}

/** A key that is not known may have been added since the keys were fetched. */
async function verifyWithRotation(
  { token, unverified, keys }: VerifyToken,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  const current = await keys.current();
  try {
    return await verifyWithAnyKey(token, current, options);
  } catch (reason) {
    if (!mayHaveRotated(reason, unverified)) throw reason;
    const newer = await keys.newerThan(current);
    if (newer === undefined) throw reason;
    return await verifyWithAnyKey(token, newer, options);
  }
}

function mayHaveRotated(reason: unknown, unverified: UnverifiedToken): boolean {
  if (reason instanceof errors.JWKSNoMatchingKey) return true;
  // where keys have no names, rotation shows only in signatures that do not fit
  return reason instanceof errors.JWSSignatureVerificationFailed && unverified.keyId === undefined;
}

async function verifyWithAnyKey(token: string, keys: LocalJWKSet, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (reason) {
    if (!(reason instanceof errors.JWKSMultipleMatchingKeys)) throw reason;
    return await verifyWithEach(token, reason, options);
  }
}

async function verifyWithEach(
  token: string,
  candidates: AsyncIterable<CryptoKey>,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  let tried = 0;
  for await (const key of candidates) {
    tried += 1;
    if (tried > MAX_CANDIDATES) break;
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (reason) {
      if (!(reason instanceof errors.JWSSignatureVerificationFailed)) throw reason;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** What jose leaves to its callers. Returns the token's end. */
function checkedTimes(claims: JWTPayload, now: number): Date {
  const expiresMs = (claims.exp ?? Number.NaN) * 1000;
  // not a number of this kind would make every later comparison false
  if (!(Math.abs(expiresMs) <= MAX_TIME_MS)) throw refused('the token\'s "exp" is not a time');
  // the tolerance is for clocks that differ, not for sessions after their end
  if (expiresMs <= now) throw refused(`the token expired at ${new Date(expiresMs).toISOString()}`);
  const issued: unknown = claims.iat;
  if (issued !== undefined && typeof issued !== "number") throw refused('the token\'s "iat" is not a number');
  if (issued !== undefined && issued * 1000 > now + CLOCK_TOLERANCE_S * 1000)
    throw refused("the token was issued in the future");
  // RFC 7800 and RFC 8417: whoever holds such a token has proved nothing by it alone
  if (claims["cnf"] !== undefined) throw refused('the token is bound to a key ("cnf"), which a password cannot prove');
  if (claims["events"] !== undefined) throw refused('the token is a security event ("events"), not a login');
  return new Date(expiresMs);
}

function inWords(reason: unknown, unverified: UnverifiedToken): string {
  if (reason instanceof errors.JWTExpired) return `the token expired at ${timeIn(reason.payload.exp)}`;
  if (reason instanceof errors.JWTClaimValidationFailed) {
    if (reason.claim === "nbf" && reason.reason === "check_failed")
      return `the token is not valid before ${timeIn(reason.payload.nbf)}`;
    return reason.reason === "missing"
      ? `the token has no "${reason.claim}"`
      : `the token's "${reason.claim}" is not acceptable`;
  }
  if (reason instanceof errors.JWKSNoMatchingKey) {
    return `no key of the issuer fits ${unverified.algorithm} and key ${quoted(unverified.keyId ?? "(none)")}`;
  }
  if (reason instanceof errors.JOSEError) return `the token was refused: ${reason.code}`;
  return "the token could not be verified with the issuer's key";
}

function timeIn(seconds: number | undefined): string {
  const ms = (seconds ?? Number.NaN) * 1000;
  return Math.abs(ms) <= MAX_TIME_MS ? new Date(ms).toISOString() : "no time";
}

function refused(reason: string): GatewayError {
  return new GatewayError("login/failed", reason);
}
