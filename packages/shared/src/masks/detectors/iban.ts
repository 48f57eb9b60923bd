import type { Detector } from "./detector.ts";
import { spansOf, type Span } from "./span.ts";

/** Lengths by country, from the registry of ISO 13616. */
const lengths: ReadonlyMap<string, number> = new Map(
  Object.entries({
    15: "NO",
    16: "BE",
    18: "DK FO FI GL NL SD FK",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK MN",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM TL SO",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
  }).flatMap(([length, countries]) => countries.split(" ").map((country) => [country, Number(length)] as const)),
);

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const START = /(?<![a-z0-9])[a-z]{2}\d{2}/gi;
const SEPARATOR = /[ \u00a0-]/;
const ALPHANUMERIC = /[a-z0-9]/i;

/** International bank account numbers with the length of their country and the right check digits, with or without spaces. */
export const iban: Detector = {
  needs: { bytes: 15, digits: 6, anyOf: LETTERS + LETTERS.toLowerCase() },
  find(text) {
    const spans: Span[] = [];
    for (const { start: index } of spansOf(text, START)) {
      const length = lengths.get(text.slice(index, index + 2).toUpperCase());
      if (length === undefined || index < (spans.at(-1)?.end ?? 0)) continue;
      const read = readCompact(text, index, length);
      if (read !== undefined && hasCheckDigits(read.compact)) spans.push({ start: index, end: read.end });
    }
    return spans;
  },
};

/** So many letters and digits, at most one separator between two of them. */
function readCompact(text: string, start: number, length: number): { compact: string; end: number } | undefined {
  let compact = "";
  let at = start;
  while (compact.length < length) {
    if (compact.length > 0 && SEPARATOR.test(text.charAt(at))) at++;
    if (!ALPHANUMERIC.test(text.charAt(at))) return undefined;
    compact += text.charAt(at);
    at++;
  }
  return ALPHANUMERIC.test(text.charAt(at)) ? undefined : { compact: compact.toUpperCase(), end: at };
}

/** ISO 7064, mod 97. */
function hasCheckDigits(compact: string): boolean {
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
