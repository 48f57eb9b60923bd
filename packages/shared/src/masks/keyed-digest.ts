import { createHmac } from "node:crypto";

/**
 * HMAC-SHA-256 of a value for `hash` masks: 32 bytes. `purpose` keeps values of different kinds apart, so that a number's digest is not
 * the one of a text that looks the same.
 */
export function keyedDigest(key: Buffer, purpose: string, value: string | Buffer): Buffer {
  return createHmac("sha256", key).update(`sallyport/mask/${purpose}\0`).update(value).digest();
}
