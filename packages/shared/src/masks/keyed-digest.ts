import { hash } from "node:crypto";

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const INNER = 0x36;
const OUTER = 0x5c;
/** Shorter values are put behind the inner block without a buffer of their own. */
const SHORT_BYTES = 256;
const MAX_BYTES_OF_CHARACTER = 3;

/** A key as the two digests begin with it. The room behind is written anew for each value. */
interface Blocks {
  /** By purpose: the inner block, the purpose, and room for a short value. */
  readonly inner: Map<string, Inner>;
  /** The outer block, and room for the inner digest. */
  readonly outer: Buffer;
}

interface Inner {
  readonly bytes: Buffer;
  /** Where the value begins. */
  readonly start: number;
}

const blocksByKey = new WeakMap<Buffer, Blocks>();

/**
 * HMAC-SHA-256 (RFC 2104) of a value for `hash` masks: 32 bytes. `purpose` keeps values of different kinds apart, so that a number's digest is
 * not the one of a text that looks the same. Made of two plain digests, since an object for each value costs many times more, and so does a
 * digest that comes as a buffer.
 */
export function keyedDigest(key: Buffer, purpose: string, value: string | Buffer): Buffer {
  const { inner, outer } = blocksOf(key);
  let begun = inner.get(purpose);
  if (begun === undefined) inner.set(purpose, (begun = innerOf(key, purpose)));
  outer.write(hash("sha256", withValue(begun, value), "binary"), BLOCK_BYTES, "latin1");
  return Buffer.from(hash("sha256", outer, "binary"), "latin1");
}

function withValue({ bytes, start }: Inner, value: string | Buffer): Buffer {
  const maxBytes = typeof value === "string" ? value.length * MAX_BYTES_OF_CHARACTER : value.length;
  if (maxBytes > SHORT_BYTES) return Buffer.concat([bytes.subarray(0, start), Buffer.from(value)]);
  const length = typeof value === "string" ? bytes.write(value, start, "utf8") : value.copy(bytes, start);
  return bytes.subarray(0, start + length);
}

/** The key must not be longer than a block; ours has 32 bytes. */
function blocksOf(key: Buffer): Blocks {
  const known = blocksByKey.get(key);
  if (known !== undefined) return known;
  const made = {
    inner: new Map<string, Inner>(),
    outer: Buffer.concat([blockOf(key, OUTER)], BLOCK_BYTES + DIGEST_BYTES),
  };
  blocksByKey.set(key, made);
  return made;
}

function innerOf(key: Buffer, purpose: string): Inner {
  const begun = Buffer.concat([blockOf(key, INNER), Buffer.from(`sallyport/mask/${purpose}\0`)]);
  return { bytes: Buffer.concat([begun], begun.length + SHORT_BYTES), start: begun.length };
}

function blockOf(key: Buffer, by: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, by);
  for (const [at, byte] of key.entries()) block.writeUInt8(byte ^ by, at);
  return block;
}
