import type { Detector } from "./detector.ts";
import type { Span } from "./span.ts";

/** How `{"` begins in base64. */
const BEGIN = "eyJ";
const MIN_PART = 8;
const MIN_PARTS = 2;
const BASE64URL = /[\w-]/;

/** JSON web tokens, signed, encrypted or neither. */
export const jwt: Detector = {
  needs: { bytes: 20, digits: 0, anyOf: "J" },
  find(text) {
    const spans: Span[] = [];
    for (let at = text.indexOf(BEGIN); at !== -1;) {
      const firstEnd = endOfPart(text, at);
      const end = endOfToken(text, at, firstEnd);
      if (end !== undefined) spans.push({ start: at, end });
      at = text.indexOf(BEGIN, end ?? firstEnd);
    }
    return spans;
  },
};

function endOfToken(text: string, start: number, firstEnd: number): number | undefined {
  let parts = firstEnd - start >= MIN_PART ? 1 : 0;
  let end = firstEnd;
  while (parts > 0 && text.charAt(end) === ".") {
    const next = endOfPart(text, end + 1);
    if (parts === 1 && next - end - 1 < MIN_PART) return undefined;
    parts++;
    end = next;
  }
  return parts >= MIN_PARTS ? end : undefined;
}

function endOfPart(text: string, start: number): number {
  let end = start;
  while (end < text.length && BASE64URL.test(text.charAt(end))) end++;
  return end;
}
