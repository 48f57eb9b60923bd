import { createHash } from "node:crypto";
import { exclusiveOr } from "./exclusive-or.ts";

/** How much of a nonce counts, in the plugins that MySQL itself has. */
export const NONCE_BYTES = 20;

/** The proof of `mysql_native_password`: `SHA1(password) XOR SHA1(nonce ‖ SHA1(SHA1(password)))`; nothing for no password. */
export function nativeProof(password: string, nonce: Buffer): Buffer {
  if (password === "") return Buffer.alloc(0);
  const once = sha1(password);
  return exclusiveOr(once, sha1(nonce.subarray(0, NONCE_BYTES), sha1(once)));
}

function sha1(...parts: readonly (string | Buffer)[]): Buffer {
  const hash = createHash("sha1");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
