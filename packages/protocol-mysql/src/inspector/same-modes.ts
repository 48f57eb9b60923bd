import type { TextModes } from "../statements/text-modes.ts";

/** Whether a text means the same in both. */
export function sameModes(left: TextModes, right: TextModes): boolean {
  return (
    left === right ||
    (left.ansiQuotes === right.ansiQuotes &&
      left.noBackslashEscapes === right.noBackslashEscapes &&
      left.ignoreSpace === right.ignoreSpace &&
      left.characterSet === right.characterSet)
  );
}
