import {
  HASH_BYTES,
  HASH_LETTERS,
  HIDDEN,
  MAX_ENDING,
  MAX_STARS,
  MIN_ENDING,
  maskText,
  PLACEHOLDER,
} from "./apply-mask.ts";
import { keyedDigest } from "./keyed-digest.ts";
import type { Mask } from "./mask.ts";

/** Masks the text that `bytes[start..end)` are in UTF-8; null stands for NULL. */
export type BytesMask = (bytes: Buffer, start: number, end: number) => Buffer | null;

const STAR = 0x2a;
const AT = 0x40;
const DOT = 0x2e;
const MAX_ASCII = 0x7f;
const placeholder = Buffer.from(PLACEHOLDER);
const hiddenAddress = Buffer.from(`${HIDDEN}@${HIDDEN}`);
const hashLetters = Buffer.from(HASH_LETTERS);
/** What `format` makes of each byte. */
const formats = Uint8Array.from({ length: MAX_ASCII + 1 }, (_, byte) =>
  (maskText(String.fromCharCode(byte), { kind: "format" }, Buffer.alloc(0)) ?? "").charCodeAt(0),
);

/** Makes a mask of bytes that does what `maskText` does with their text. Most values are ASCII, and masked without being decoded. */
export function createBytesMask(mask: Mask, key: Buffer): BytesMask {
  const ofAscii = asciiMask(mask, key);
  return (bytes, start, end) => {
    if (ofAscii !== undefined && isAscii(bytes, start, end)) return ofAscii(bytes, start, end);
    const masked = maskText(bytes.toString("utf8", start, end), mask, key);
    return masked === undefined ? null : Buffer.from(masked, "utf8");
  };
}

function asciiMask(mask: Mask, key: Buffer): BytesMask | undefined {
  switch (mask.kind) {
    case "redact":
    case "null":
      return undefined;
    case "partial":
      return (bytes, start, end) => partial({ bytes, start, end }, mask.keepLast);
    case "email":
      return email;
    case "hash":
      return (bytes, start, end) => hash(bytes.subarray(start, end), key);
    case "format":
      return format;
  }
}

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  let all = 0;
  for (let at = start; at < end; at++) all |= bytes[at] ?? 0;
  return all <= MAX_ASCII;
}

function hash(value: Buffer, key: Buffer): Buffer {
  const digest = keyedDigest(key, "text", value);
  const letters = Buffer.allocUnsafe(HASH_BYTES * 2);
  for (let at = 0; at < HASH_BYTES; at++) {
    const byte = digest[at] ?? 0;
    letters[at * 2] = hashLetters[byte >> 4] ?? 0;
    letters[at * 2 + 1] = hashLetters[byte & 0x0f] ?? 0;
  }
  return letters;
}

function partial(
  { bytes, start, end }: { readonly bytes: Buffer; readonly start: number; readonly end: number },
  keepLast: number,
): Buffer {
  const length = end - start;
  const kept = Math.max(0, Math.min(keepLast, Math.floor(length / 2)));
  const stars = Math.min(length - kept, MAX_STARS);
  const masked = Buffer.allocUnsafe(stars + kept);
  for (let at = 0; at < stars; at++) masked[at] = STAR;
  for (let at = stars, from = end - kept; from < end; at++, from++) masked[at] = bytes[from] ?? 0;
  return masked;
}

function email(bytes: Buffer, start: number, end: number): Buffer {
  let at = end - 1;
  let dot = -1;
  for (; at >= start && bytes[at] !== AT; at--) if (bytes[at] === DOT && dot === -1) dot = at;
  if (at <= start) return placeholder;
  const ending = dot === -1 || !isEnding(bytes, dot + 1, end) ? end : dot;
  const masked = Buffer.allocUnsafe(1 + hiddenAddress.length + end - ending);
  let to = 0;
  masked[to++] = bytes[start] ?? 0;
  for (const byte of hiddenAddress) masked[to++] = byte;
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

function format(bytes: Buffer, start: number, end: number): Buffer {
  const masked = Buffer.allocUnsafe(end - start);
  for (let at = 0; at < masked.length; at++) masked[at] = formats[bytes[start + at] ?? 0] ?? 0;
  return masked;
}
