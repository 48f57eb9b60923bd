import { RE2JS } from "re2js";
import type { Detector } from "./detector.ts";
import type { Span } from "./span.ts";

/**
 * Each search is linear, but one that looks far ahead for little can begin anew at every character. When all of a text's searches
 * together may have looked at so many characters, the rest of the text counts as found.
 */
const MAX_LOOKED_AT = 16 * 1024 * 1024;

/** What a policy's own pattern finds, in RE2's syntax. Throws where it is not one. */
export function customPattern(source: string): Detector {
  const pattern = RE2JS.compile(source);
  return {
    needs: { bytes: 1, digits: 0, anyOf: "" },
    find(text) {
      const spans: Span[] = [];
      const matcher = pattern.matcher(text);
      let left = MAX_LOOKED_AT;
      while (matcher.find()) {
        const [start, end] = [matcher.start(), matcher.end()];
        left -= text.length - start;
        if (left < 0) return [...spans, { start, end: text.length }];
        if (end > start) spans.push({ start, end });
      }
      return spans;
    },
  };
}
