import type { Detector } from "./detector.ts";
import { spansOf } from "./span.ts";

const SHAPE = /(?<!\d|\d-)(?!000)\d{3}(?:-(?!00)\d{2}-| (?!00)\d{2} )(?!0000)\d{4}(?!\d|-\d)/g;

/** Social security and taxpayer numbers of the United States in their written form; nine digits alone are too many other things. */
export const usSsn: Detector = {
  needs: { bytes: 11, digits: 9, anyOf: " -" },
  find: (text) => spansOf(text, SHAPE),
};
