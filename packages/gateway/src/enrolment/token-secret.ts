import { createHash, randomBytes } from "node:crypto";
import { Secret } from "@sallyport/shared/secret";

/** `ID.RANDOM`: the id lets the gateway say what became of a token whose digest opens nothing any more. */
export function makeTokenSecret(): { readonly id: string; readonly secret: Secret<string> } {
  const id = randomBytes(6).toString("hex");
  return { id, secret: new Secret(`${id}.${randomBytes(32).toString("base64url")}`) };
}

/** What is kept of one. It is long and random, so that a plain digest cannot be reversed by guessing. */
export function tokenHash(secret: Secret<string>): Buffer {
  return createHash("sha256").update(secret.reveal()).digest();
}

/** The id that a secret claims to be of; nothing is proved by it. */
export function tokenIdOf(secret: Secret<string>): string | undefined {
  return /^([0-9a-f]{12})\.[A-Za-z0-9_-]{43}$/.exec(secret.reveal())?.[1];
}

/**
 * The serial of the certificate that a token and a key lead to. It lets an agent whose answer was lost be known again: nobody
 * has another pair that leads to the same serial.
 */
export function enrolmentSerial(secret: Secret<string>, keyInfo: Buffer): string {
  const digest = createHash("sha256").update(secret.reveal()).update("\0").update(keyInfo).digest();
  // positive, without leading zero, and within the 20 bytes of RFC 5280 §4.1.2.2
  digest[0] = ((digest[0] ?? 0) & 0x7f) | 0x40;
  return digest.subarray(0, 20).toString("hex");
}
