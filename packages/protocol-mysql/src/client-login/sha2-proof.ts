import { createHash, timingSafeEqual } from "node:crypto";
import type { TicketVerifier } from "@sallyport/shared/adapter";

/** How long a proof of `caching_sha2_password` is. */
export const PROOF_BYTES = 32;

/**
 * Checks `SHA256(secret) XOR SHA256(SHA256(SHA256(secret)) ‖ nonce)` with nothing but the double hash: it gives back the single
 * hash, which nobody can make up from what is kept.
 */
export function isProofOf(verifier: Pick<TicketVerifier, "sha256Twice">, nonce: Buffer, proof: Buffer): boolean {
  const { sha256Twice } = verifier;
  if (proof.length !== PROOF_BYTES) return false;
  const mask = createHash("sha256").update(sha256Twice).update(nonce).digest();
  const once = Buffer.from(proof.map((byte, at) => byte ^ (mask[at] ?? 0)));
  return timingSafeEqual(createHash("sha256").update(once).digest(), sha256Twice);
}
