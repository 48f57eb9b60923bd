import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);

/** What tells one SCRAM family from another. `name` is the one of the SASL mechanism, without `-PLUS`. */
export interface ScramHash {
  readonly name: string;
  readonly digest: "sha1" | "sha256";
  readonly bytes: number;
}

/** RFC 7677. */
export const scramSha256: ScramHash = { name: "SCRAM-SHA-256", digest: "sha256", bytes: 32 };

/** RFC 5802, for protocols whose older servers know nothing better. */
export const scramSha1: ScramHash = { name: "SCRAM-SHA-1", digest: "sha1", bytes: 20 };

export function hmac(hash: ScramHash, key: Buffer, text: string | Buffer): Buffer {
  return createHmac(hash.digest, key).update(text).digest();
}

export function digest(hash: ScramHash, bytes: Buffer): Buffer {
  return createHash(hash.digest).update(bytes).digest();
}

/** RFC 5802's `Hi()`. It runs on the thread pool: an iteration count of a million takes a good part of a second. */
export function saltPassword(hash: ScramHash, password: Buffer, salt: Buffer, iterations: number): Promise<Buffer> {
  return derive(password, salt, iterations, hash.bytes, hash.digest);
}

export function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}

/** 144 random bits, as PostgreSQL uses; base64 holds no comma. */
export function freshNonce(): string {
  return randomBytes(18).toString("base64");
}
