import { keyedDigest } from "./keyed-digest.ts";
import type { Mask } from "./mask.ts";

/** What stands for a text that is not shown. */
export const PLACEHOLDER = "[redacted]";

/** What stands for the parts of an address. */
export const HIDDEN = "***";
/** Shorter endings of addresses are none, and longer ones rather somebody's data than a domain's. */
export const MIN_ENDING = 2;
export const MAX_ENDING = 5;
/** More stars than these say nothing more. */
export const MAX_STARS = 256;

/** How much of its digest a text's hash shows: among a hundred million values two have the same one in a run of three thousand. */
export const HASH_BYTES = 8;
/** What stands for each half of a byte in a hash. */
const LETTERS = "ghjkmnpqrstvwxyz".split("");
/** What stands for each byte. */
export const LETTER_PAIRS = LETTERS.flatMap((high) => LETTERS.map((low) => high + low));

/** A text under a mask; undefined stands for NULL. What a mask cannot make sense of becomes the placeholder. Never throws. */
export function maskText(text: string, mask: Mask, key: Buffer): string | undefined {
  switch (mask.kind) {
    case "redact":
      return PLACEHOLDER;
    case "null":
      return undefined;
    case "partial":
      return partial(text, mask.keepLast);
    case "email":
      return email(text);
    case "hash":
      return hash(text, key);
    case "format":
      return format(text);
  }
}

/** In letters that are no digits in any number, so that nobody takes it for a value of another kind. */
function hash(text: string, key: Buffer): string {
  let letters = "";
  for (const byte of keyedDigest(key, "text", text).subarray(0, HASH_BYTES)) letters += LETTER_PAIRS[byte] ?? "";
  return letters;
}

/** No more than half is kept, or a short value would be shown whole. */
function partial(text: string, keepLast: number): string {
  const length = countCharacters(text);
  const kept = Math.max(0, Math.min(keepLast, Math.floor(length / 2)));
  return "*".repeat(Math.min(length - kept, MAX_STARS)) + lastCharacters(text, kept);
}

function countCharacters(text: string): number {
  let count = text.length;
  for (let end = 2; end <= text.length; end++) if (isPairEndingAt(text, end)) count--;
  return count;
}

function lastCharacters(text: string, count: number): string {
  let at = text.length;
  for (let left = count; left > 0 && at > 0; left--) at -= isPairEndingAt(text, at) ? 2 : 1;
  return text.slice(at);
}

function isPairEndingAt(text: string, end: number): boolean {
  // most characters are told by the first look
  return text.charCodeAt(end - 1) >= 0xdc00 && end >= 2 && (text.codePointAt(end - 2) ?? 0) > 0xffff;
}

function email(text: string): string {
  const at = text.lastIndexOf("@");
  if (at <= 0) return PLACEHOLDER;
  const [first] = text;
  const ending = text.slice(Math.max(text.lastIndexOf("."), at) + 1);
  const kept = text.lastIndexOf(".") > at && isEnding(ending);
  return `${first ?? ""}${HIDDEN}@${HIDDEN}${kept ? `.${ending}` : ""}`;
}

function isEnding(text: string): boolean {
  return text.length >= MIN_ENDING && text.length <= MAX_ENDING && /^[a-z]+$/i.test(text);
}

/** What is neither letter nor digit stays where it is ASCII; all else beyond ASCII could spell something. */
function format(text: string): string {
  return text.replaceAll(/\p{Nd}/gu, "0").replaceAll(/[a-zA-Z]|[^\0-\x7f]/gu, "x");
}
