import { createHmac, randomBytes } from "node:crypto";
import type { ScramVerifier } from "../adapter.ts";
import type { Secret } from "../secret.ts";
import { preparePassword } from "./saslprep.ts";
import { digest, hmac, saltPassword, scramSha256, type ScramHash } from "./scram-hash.ts";

const SALT_BYTES = 16;

/** RFC 7677's minimum, and PostgreSQL's default. More would protect guessable passwords; a ticket's secret is random. */
export const DEFAULT_ITERATIONS = 4096;

/** What may be chosen when a verifier is made. */
export interface VerifierOptions {
  readonly hash?: ScramHash;
  readonly salt?: Buffer;
  readonly iterations?: number;
}

/** What to keep of a secret so that proofs of it can be checked without knowing it. */
export async function deriveVerifier(secret: Secret<string>, options: VerifierOptions = {}): Promise<ScramVerifier> {
  const { hash = scramSha256, salt = randomBytes(SALT_BYTES), iterations = DEFAULT_ITERATIONS } = options;
  const salted = await saltPassword(hash, preparePassword(secret.reveal()), salt, iterations);
  const storedKey = digest(hash, hmac(hash, salted, "Client Key"));
  return { salt, iterations, storedKey, serverKey: hmac(hash, salted, "Server Key") };
}

/**
 * A verifier for a user that does not exist, which no proof satisfies. The same user and key give the same salt, as a real
 * verifier would, so that asking twice does not show who exists. `iterations` must be what real verifiers use.
 */
export function mockVerifier(
  user: string,
  key: Buffer,
  hash: ScramHash = scramSha256,
  iterations = DEFAULT_ITERATIONS,
): ScramVerifier {
  const made = (what: string, bytes: number): Buffer =>
    createHmac("sha256", key).update(`scram mock ${what}\0${user}`).digest().subarray(0, bytes);
  return {
    salt: made("salt", SALT_BYTES),
    iterations,
    storedKey: made("stored key", hash.bytes),
    serverKey: made("server key", hash.bytes),
  };
}
