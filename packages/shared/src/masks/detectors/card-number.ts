import type { Detector } from "./detector.ts";
import type { Span } from "./span.ts";

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
/** Groups of fewer digits are dates and lists; only the last one of a card's may be short. */
const MIN_GROUP = 3;
const MAX_SEPARATORS = 3;
/** Spaces and dashes, in their typographic forms too. */
const SEPARATORS = new Set(" -\u00a0\u2007\u2009\u202f\u2010\u2011\u2012\u2013\u2014\u2212");
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const UUID_LENGTH = 36;

/** Numbers of payment cards: 13 to 19 digits of an issuer (2 to 6) with the right check digit, in groups or as one. */
export const cardNumber: Detector = {
  needs: { bytes: MIN_DIGITS, digits: MIN_DIGITS, anyOf: "" },
  find(text) {
    const spans: Span[] = [];
    let chain: Span[] = [];
    for (let at = 0; at < text.length; at++) {
      if (!isDigit(text, at)) continue;
      const group = { start: at, end: endOfDigits(text, at) };
      const previous = chain.at(-1);
      if (previous !== undefined && !isSeparated(text, previous.end, group.start)) {
        collect(text, chain, spans);
        chain = [];
      }
      chain.push(group);
      at = group.end;
    }
    collect(text, chain, spans);
    return spans;
  },
};

/** Looks from each group of a chain as far as a card could reach; the longest number from a group is taken. */
function collect(text: string, chain: readonly Span[], spans: Span[]): void {
  for (let first = 0; first < chain.length; first++) {
    const last = lastGroupOfCard(text, chain, first);
    const [from, to] = [chain[first], last === undefined ? undefined : chain[last]];
    if (from === undefined || to === undefined || last === undefined) continue;
    if (last > first && isInUuid(text, from.start, to.end)) continue;
    spans.push({ start: from.start, end: to.end });
    first = last;
  }
}

function lastGroupOfCard(text: string, chain: readonly Span[], first: number): number | undefined {
  const start = chain[first]?.start ?? 0;
  if (!"23456".includes(text.charAt(start)) || isFraction(text, start)) return undefined;
  let found: number | undefined;
  let count = 0;
  // Luhn's sums: with every digit at an even place doubled, and with every other
  let evenDoubled = 0;
  let oddDoubled = 0;
  for (let index = first; index < chain.length; index++) {
    const group = chain[index];
    if (group === undefined || count + group.end - group.start > MAX_DIGITS) break;
    for (let at = group.start; at < group.end; at++, count++) {
      const digit = text.charCodeAt(at) - 0x30;
      const doubled = digit > 4 ? digit * 2 - 9 : digit * 2;
      evenDoubled += count % 2 === 0 ? doubled : digit;
      oddDoubled += count % 2 === 0 ? digit : doubled;
    }
    // the last digit is never doubled
    const sum = count % 2 === 0 ? evenDoubled : oddDoubled;
    if (count >= MIN_DIGITS && sum % 10 === 0) found = index;
    if (group.end - group.start < MIN_GROUP) break;
  }
  return found;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (isDigit(text, end)) end++;
  return end;
}

function isSeparated(text: string, from: number, to: number): boolean {
  if (to - from > MAX_SEPARATORS) return false;
  for (let at = from; at < to; at++) if (!SEPARATORS.has(text.charAt(at))) return false;
  return true;
}

function isFraction(text: string, start: number): boolean {
  return text.charAt(start - 1) === "." && isDigit(text, start - 2);
}

function isInUuid(text: string, start: number, end: number): boolean {
  const from = Math.max(0, start - UUID_LENGTH);
  for (const match of text.slice(from, end + UUID_LENGTH).matchAll(UUID)) {
    const at = from + match.index;
    if (at < end && at + UUID_LENGTH > start) return true;
  }
  return false;
}
