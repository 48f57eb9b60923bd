import { createHmac } from "node:crypto";
import { dataViewOf } from "../bytes/copy-bytes.ts";
import { CHASKEY_BYTES, CHASKEY_KEY_BYTES, createChaskey } from "./chaskey.ts";

/** The digest of `bytes[start..end)`. What it gives is good until it is asked again. */
export type KeyedDigest = (bytes: Buffer, start: number, end: number) => Buffer;

const digestsByKey = new WeakMap<Buffer, Map<string, KeyedDigest>>();

/** The digest of one value, for those that have only one. */
export function keyedDigest(key: Buffer, purpose: string, value: string | Buffer): Buffer {
  const digests = digestsByKey.get(key) ?? new Map<string, KeyedDigest>();
  digestsByKey.set(key, digests);
  const digest = digests.get(purpose) ?? createKeyedDigest(key, purpose);
  digests.set(purpose, digest);
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  return Buffer.from(digest(bytes, 0, bytes.length));
}

/**
 * Keyed digests of values for `hash` masks. `purpose` keeps values of different kinds apart, so that a number's digest is not the one of a text
 * that looks the same: each has a key of its own, derived from the key by HMAC-SHA-256. Why the values' own are no HMAC: ADR 15.
 */
export function createKeyedDigest(key: Buffer, purpose: string): KeyedDigest {
  const derived = createHmac("sha256", key).update(`sallyport/mask/${purpose}`).digest();
  const code = createChaskey(derived.subarray(0, CHASKEY_KEY_BYTES));
  const digest = Buffer.alloc(CHASKEY_BYTES);
  const written = dataViewOf(digest);
  return (bytes, start, end) => {
    code(bytes, start, end, written);
    return digest;
  };
}
