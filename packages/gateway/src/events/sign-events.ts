import { createHmac } from "node:crypto";
import type { Secret } from "@sallyport/shared/secret";

/** Of the header that a receiver checks before it believes anything else. */
export const SIGNATURE_HEADER = "sallyport-signature";

/** `t=SECONDS,v1=HEX`: the HMAC-SHA-256 of the seconds, a dot and the body. The time is signed too, so that what is old cannot be sent again. */
export function signEvents(body: string, secret: Secret<string>, now: Date = new Date()): string {
  const seconds = Math.floor(now.getTime() / 1_000);
  const signature = createHmac("sha256", secret.reveal()).update(`${seconds}.${body}`).digest("hex");
  return `t=${seconds},v1=${signature}`;
}
