import type { Detector } from "./detector.ts";
import { spansOf } from "./span.ts";

/** Each begins with its issuer's mark, so that a place where it fails costs no more than the shortest key. */
const shapes = [
  // Amazon
  String.raw`(?:AKIA|ASIA)[0-9A-Z]{16}`,
  // Google
  String.raw`AIza[\w-]{35}`,
  // GitHub
  String.raw`gh[opsur]_[A-Za-z0-9]{36,}`,
  String.raw`github_pat_\w{22,}`,
  // Slack
  String.raw`xox[abeoprs]-[A-Za-z0-9-]{10,}`,
  // Stripe
  String.raw`[rs]k_(?:live|test)_[A-Za-z0-9]{16,}`,
];
const SHAPE = new RegExp(shapes.join("|"), "g");

/** Keys of Amazon, Google, GitHub, Slack and Stripe. */
export const cloudKey: Detector = {
  needs: { bytes: 15, digits: 0, anyOf: "I_-" },
  find: (text) => spansOf(text, SHAPE),
};
