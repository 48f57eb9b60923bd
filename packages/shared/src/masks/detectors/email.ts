import type { Detector } from "./detector.ts";
import type { Span } from "./span.ts";

const LOCAL = tableOf(/[\w.!#$%&'*+/=?^`{|}~-]/);
const DOMAIN = tableOf(/[a-z0-9.-]/i);
/** Beyond ASCII all but spaces may be part of an address. */
const SPACE = /\s/;
/** An ending of letters behind a dot, or of punycode. */
const HAS_ENDING = /^[^.-].*\.(?:[a-z]{2,}|xn--[a-z0-9-]+|[^\0-\x7f]+)$/is;

/** Addresses of electronic mail, in whatever script. */
export const email: Detector = {
  needs: { bytes: 6, digits: 0, anyOf: "@" },
  find(text) {
    const spans: Span[] = [];
    let floor = 0;
    for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
      const start = startOfLocal(text, at, floor);
      const end = endOfDomain(text, at + 1);
      floor = at + 1;
      if (start === at || !HAS_ENDING.test(text.slice(at + 1, end))) continue;
      spans.push({ start, end });
      floor = end;
    }
    return spans;
  },
};

function startOfLocal(text: string, at: number, floor: number): number {
  let start = at;
  while (start > floor && isPart(text, start - 1, LOCAL)) start--;
  return start;
}

/** A dot or dash at the end belongs to the sentence. */
function endOfDomain(text: string, start: number): number {
  let end = start;
  while (end < text.length && isPart(text, end, DOMAIN)) end++;
  while (end > start && ".-".includes(text.charAt(end - 1))) end--;
  return end;
}

function isPart(text: string, at: number, table: readonly boolean[]): boolean {
  return table[text.charCodeAt(at)] ?? !SPACE.test(text.charAt(at));
}

/** Whether each character of ASCII matches. */
function tableOf(pattern: RegExp): readonly boolean[] {
  return Array.from({ length: 128 }, (_, code) => pattern.test(String.fromCharCode(code)));
}
