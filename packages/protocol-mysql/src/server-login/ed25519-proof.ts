import { createHash } from "node:crypto";
import { multiplyBase, ORDER } from "./ed25519-group.ts";
import { fromLittleEndian, littleEndian } from "./little-endian.ts";

const HALF = 32;
/** Of any bytes, also at its end, unlike the nonces of other plugins. */
const NONCE_BYTES = 32;

/**
 * The proof of MariaDB's `client_ed25519`: an Ed25519 signature of the nonce whose key is made of the SHA-512 of the password
 * rather than of a seed of 32 bytes, which no library takes. The arithmetic takes a time that depends on the key; a proof is
 * made once a session, on the agent, at the end of a login over the network.
 */
export function ed25519Proof(password: string, data: Buffer): Buffer {
  const nonce = data.subarray(0, NONCE_BYTES);
  const expanded = sha512(Buffer.from(password, "utf8"));
  const secret = clamped(expanded.subarray(0, HALF));
  const once = fromLittleEndian(sha512(expanded.subarray(HALF), nonce)) % ORDER;
  const commitment = multiplyBase(once);
  const challenge = fromLittleEndian(sha512(commitment, multiplyBase(secret), nonce)) % ORDER;
  return Buffer.concat([commitment, littleEndian((once + challenge * secret) % ORDER)]);
}

/** As RFC 8032 5.1.5: a multiple of the cofactor, of a fixed length. */
function clamped(bytes: Buffer): bigint {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(0) & 0xf8, 0);
  copy.writeUInt8((copy.readUInt8(HALF - 1) & 0x7f) | 0x40, HALF - 1);
  return fromLittleEndian(copy);
}

function sha512(...parts: readonly Buffer[]): Buffer {
  const hash = createHash("sha512");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
