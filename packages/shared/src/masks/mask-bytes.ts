import { ReusedBytes } from "../bytes/reused-bytes.ts";
import {
  HASH_BYTES,
  HIDDEN,
  LETTER_PAIRS,
  MAX_ENDING,
  MAX_STARS,
  MIN_ENDING,
  maskText,
  PLACEHOLDER,
} from "./apply-mask.ts";
import { createKeyedDigest } from "./keyed-digest.ts";
import type { Mask } from "./mask.ts";

/** Masks the text that `bytes[start..end)` are in UTF-8; null stands for NULL. What it gives is good until it is asked again. */
export type BytesMask = (bytes: Buffer, start: number, end: number) => Buffer | null;

interface Value {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

const STAR = 0x2a;
const AT = 0x40;
const DOT = 0x2e;
const MAX_ASCII = 0x7f;
const placeholder = Buffer.from(PLACEHOLDER);
const hiddenAddress = Buffer.from(`${HIDDEN}@${HIDDEN}`);
/*
 * Whoever goes through a value with one of these tables makes it its own first: what belongs to the module is looked up anew for each byte.
 */

/** The two letters that stand for each byte. */
const hashPairs = new Uint16Array(Uint8Array.from(LETTER_PAIRS.join(""), (letter) => letter.charCodeAt(0)).buffer);
/** What `format` makes of each byte. */
const formats = Uint8Array.from({ length: MAX_ASCII + 1 }, (_, byte) =>
  (maskText(String.fromCharCode(byte), { kind: "format" }, Buffer.alloc(0)) ?? "").charCodeAt(0),
);

/** Makes a mask of bytes that does what `maskText` does with their text. Most values are ASCII, and masked without being decoded. */
export function createBytesMask(mask: Mask, key: Buffer): BytesMask {
  const masked = new ReusedBytes();
  const decoded: BytesMask = (bytes, start, end) => {
    const text = maskText(bytes.toString("utf8", start, end), mask, key);
    return text === undefined ? null : Buffer.from(text, "utf8");
  };
  const ifAscii =
    (ofAscii: (value: Value) => Buffer): BytesMask =>
    (bytes, start, end) =>
      isAscii(bytes, start, end) ? ofAscii({ bytes, start, end }) : decoded(bytes, start, end);
  switch (mask.kind) {
    case "redact":
    case "null":
      return decoded;
    case "partial":
      return ifAscii((value) => partial(value, mask.keepLast, masked));
    case "email":
      return ifAscii((value) => email(value, masked));
    case "format":
      return ifAscii((value) => format(value, masked));
    case "hash":
      return createHash(key);
  }
}

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  let all = 0;
  for (let at = start; at < end; at++) all |= bytes[at] ?? 0;
  return all <= MAX_ASCII;
}

/** The same for all characters: a text's digest is that of its bytes. */
function createHash(key: Buffer): BytesMask {
  const digest = createKeyedDigest(key, "text");
  const letters = Buffer.alloc(HASH_BYTES * 2);
  const pairs = new Uint16Array(letters.buffer, letters.byteOffset, HASH_BYTES);
  return (bytes, start, end) => {
    const digested = digest(bytes, start, end);
    const pairOf = hashPairs;
    for (let at = 0; at < pairs.length; at++) pairs[at] = pairOf[digested[at] ?? 0] ?? 0;
    return letters;
  };
}

function partial({ bytes, start, end }: Value, keepLast: number, reused: ReusedBytes): Buffer {
  const length = end - start;
  const kept = Math.max(0, Math.min(keepLast, Math.floor(length / 2)));
  const stars = Math.min(length - kept, MAX_STARS);
  const masked = reused.take(stars + kept);
  for (let at = 0; at < stars; at++) masked[at] = STAR;
  for (let at = stars, from = end - kept; from < end; at++, from++) masked[at] = bytes[from] ?? 0;
  return masked;
}

function email({ bytes, start, end }: Value, reused: ReusedBytes): Buffer {
  let at = end - 1;
  let dot = -1;
  for (; at >= start && bytes[at] !== AT; at--) if (bytes[at] === DOT && dot === -1) dot = at;
  if (at <= start) return placeholder;
  const ending = dot === -1 || !isEnding(bytes, dot + 1, end) ? end : dot;
  const masked = reused.take(1 + hiddenAddress.length + end - ending);
  let to = 0;
  masked[to++] = bytes[start] ?? 0;
  for (let at = 0; at < hiddenAddress.length; at++) masked[to++] = hiddenAddress[at] ?? 0;
  for (let from = ending; from < end; from++) masked[to++] = bytes[from] ?? 0;
  return masked;
}

function isEnding(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < MIN_ENDING || end - start > MAX_ENDING) return false;
  for (let at = start; at < end; at++) {
    const lower = (bytes[at] ?? 0) | 0x20;
    if (lower < 0x61 || lower > 0x7a) return false;
  }
  return true;
}

function format({ bytes, start, end }: Value, reused: ReusedBytes): Buffer {
  const masked = reused.take(end - start);
  const formatOf = formats;
  for (let at = 0; at < masked.length; at++) masked[at] = formatOf[bytes[start + at] ?? 0] ?? 0;
  return masked;
}
