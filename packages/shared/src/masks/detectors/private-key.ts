import type { Detector } from "./detector.ts";
import type { Span } from "./span.ts";

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** Private keys in PEM, to the end of the text where the closing line is missing. */
export const privateKey: Detector = {
  needs: { bytes: 27, digits: 0, anyOf: "-" },
  find(text) {
    const spans: Span[] = [];
    let next = 0;
    for (const { index } of text.matchAll(BEGIN)) {
      if (index < next) continue;
      END.lastIndex = index;
      const end = END.exec(text);
      next = end === null ? text.length : end.index + end[0].length;
      spans.push({ start: index, end: next });
    }
    return spans;
  },
};
