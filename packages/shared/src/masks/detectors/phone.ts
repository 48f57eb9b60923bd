import type { Detector } from "./detector.ts";
import { spansOf } from "./span.ts";

/** With the country's code in front, and 8 to 15 digits in groups. */
const E164 = String.raw`(?<![\w+])\+[1-9](?:[ ./()\u00a0-]{0,2}\d){7,14}(?!\d)`;
/** As it is written in North America. */
const NATIONAL = String.raw`(?<![\w.-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\w-])`;
const SHAPE = new RegExp(`${E164}|${NATIONAL}`, "g");

/** Telephone numbers where their form tells that they are: behind a `+`, or as in `(555) 123-4567`. */
export const phone: Detector = {
  needs: { bytes: 9, digits: 8, anyOf: "+-." },
  find: (text) => spansOf(text, SHAPE),
};
