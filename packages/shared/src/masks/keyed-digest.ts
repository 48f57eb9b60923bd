import { hash } from "node:crypto";

const BLOCK_BYTES = 64;
const INNER = 0x36;
const OUTER = 0x5c;

interface Pads {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

const padsByKey = new WeakMap<Buffer, Pads>();

/**
 * HMAC-SHA-256 (RFC 2104) of a value for `hash` masks: 32 bytes. `purpose` keeps values of different kinds apart, so that a number's digest is
 * not the one of a text that looks the same. Made of two plain digests, since an object for each value costs many times more.
 */
export function keyedDigest(key: Buffer, purpose: string, value: string | Buffer): Buffer {
  const { inner, outer } = padsOf(key);
  const label = Buffer.from(`sallyport/mask/${purpose}\0`);
  const digest = hash("sha256", Buffer.concat([inner, label, Buffer.from(value)]), "buffer");
  return hash("sha256", Buffer.concat([outer, digest]), "buffer");
}

/** The key must not be longer than a block; ours has 32 bytes. */
function padsOf(key: Buffer): Pads {
  const known = padsByKey.get(key);
  if (known !== undefined) return known;
  const made = { inner: padOf(key, INNER), outer: padOf(key, OUTER) };
  padsByKey.set(key, made);
  return made;
}

function padOf(key: Buffer, by: number): Buffer {
  const pad = Buffer.alloc(BLOCK_BYTES, by);
  for (const [at, byte] of key.entries()) pad.writeUInt8(byte ^ by, at);
  return pad;
}
