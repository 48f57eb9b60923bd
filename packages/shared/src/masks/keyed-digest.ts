import { hash } from "node:crypto";

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const INNER = 0x36;
const OUTER = 0x5c;
/** Shorter values are put behind the inner block without a buffer of their own. */
const SHORT_BYTES = 256;

/** The digest of `bytes[start..end)`: 32 characters, one for each byte. */
export type KeyedDigest = (bytes: Buffer, start: number, end: number) => string;

const digestsByKey = new WeakMap<Buffer, Map<string, KeyedDigest>>();

/** The digest of one value, for those that have only one. */
export function keyedDigest(key: Buffer, purpose: string, value: string | Buffer): Buffer {
  const digests = digestsByKey.get(key) ?? new Map<string, KeyedDigest>();
  digestsByKey.set(key, digests);
  const digest = digests.get(purpose) ?? createKeyedDigest(key, purpose);
  digests.set(purpose, digest);
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  return Buffer.from(digest(bytes, 0, bytes.length), "latin1");
}

/**
 * HMAC-SHA-256 (RFC 2104) of values for `hash` masks. `purpose` keeps values of different kinds apart, so that a number's digest is not the
 * one of a text that looks the same. Made of two plain digests, which begin with a block that the key gives: an object for each value costs
 * many times more, and so does a digest that comes as a buffer. The key must not be longer than a block; ours has 32 bytes.
 */
export function createKeyedDigest(key: Buffer, purpose: string): KeyedDigest {
  const inner = new InnerInput(Buffer.concat([blockOf(key, INNER), Buffer.from(`sallyport/mask/${purpose}\0`)]));
  const outer = Buffer.concat([blockOf(key, OUTER)], BLOCK_BYTES + DIGEST_BYTES);
  return (bytes, start, end) => {
    const digest = hash("sha256", inner.with(bytes, start, end), "binary");
    for (let at = 0; at < DIGEST_BYTES; at++) outer[BLOCK_BYTES + at] = digest.charCodeAt(at);
    return hash("sha256", outer, "binary");
  };
}

/** What the inner digest is made of: the same beginning for every value. */
class InnerInput {
  readonly #begin: Buffer;
  /** The beginning, and room for a short value. */
  readonly #memory: Buffer;
  /** By the value's length, since making a view costs as much as a digest. */
  readonly #views: Buffer[] = [];

  constructor(begin: Buffer) {
    this.#begin = begin;
    this.#memory = Buffer.concat([begin], begin.length + SHORT_BYTES);
  }

  with(bytes: Buffer, start: number, end: number): Buffer {
    const length = end - start;
    const { length: begun } = this.#begin;
    if (length > SHORT_BYTES) return Buffer.concat([this.#begin, bytes.subarray(start, end)]);
    for (let at = 0; at < length; at++) this.#memory[begun + at] = bytes[start + at] ?? 0;
    return (this.#views[length] ??= this.#memory.subarray(0, begun + length));
  }
}

function blockOf(key: Buffer, by: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, by);
  for (const [at, byte] of key.entries()) block.writeUInt8(byte ^ by, at);
  return block;
}
