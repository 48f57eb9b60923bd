import { randomBytes } from "node:crypto";

const NONCE_BYTES = 20;
/** Clients take a nonce up to its NUL, and some take it for text: these are the characters that survive both. */
const LARGEST = 0x7f;

/** What the proof of one login is bound to. */
export function freshNonce(): Buffer {
  return Buffer.from(randomBytes(NONCE_BYTES).map((byte) => 1 + (byte % LARGEST)));
}
