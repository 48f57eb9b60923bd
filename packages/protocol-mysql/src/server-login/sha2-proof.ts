import { createHash } from "node:crypto";
import { exclusiveOr } from "./exclusive-or.ts";
import { NONCE_BYTES } from "./native-proof.ts";

/** The proof of `caching_sha2_password`: `SHA256(password) XOR SHA256(SHA256(SHA256(password)) ‖ nonce)`; nothing for no password. */
export function sha2Proof(password: string, nonce: Buffer): Buffer {
  if (password === "") return Buffer.alloc(0);
  const once = sha256(password);
  return exclusiveOr(once, sha256(sha256(once), nonce.subarray(0, NONCE_BYTES)));
}

function sha256(...parts: readonly (string | Buffer)[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
