import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { ScramVerifier, TicketVerifier } from "./adapter.ts";
import { deriveVerifier, mockVerifier } from "./scram/scram-verifier.ts";
import type { Secret } from "./secret.ts";

const KEY_BYTES = 32;

/** What to keep of a new ticket's secret. */
export async function deriveTicketVerifier(secret: Secret<string>): Promise<TicketVerifier> {
  return { ...(await deriveVerifier(secret)), sha256Twice: sha256(sha256(secret.reveal())) };
}

/** A verifier for a ticket that does not exist, which nothing satisfies; see `mockVerifier`. */
export function mockTicketVerifier(user: string, key: Buffer): TicketVerifier {
  const sha256Twice = createHmac("sha256", key).update(`mock sha256\0${user}`).digest().subarray(0, KEY_BYTES);
  return { ...mockVerifier(user, key), sha256Twice };
}

/** Checks the secret itself, where a protocol brings it in clear over TLS. */
export async function provesTicket(secret: Secret<string>, verifier: ScramVerifier): Promise<boolean> {
  const { salt, iterations, storedKey } = verifier;
  return timingSafeEqual((await deriveVerifier(secret, { salt, iterations })).storedKey, storedKey);
}

function sha256(bytes: string | Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
