import type { TextFinder } from "@sallyport/shared/masks/find-in-text";
import { maskArrayText } from "./array-text.ts";
import { maskCompositeText } from "./composite-text.ts";
import type { TextMasker } from "./value-masker.ts";

const NUMBER = /^-?[\d.]+$/;
/** What texts of rows, arrays and pairs are put together with. */
const NOT_STRUCTURE = /[^"\\(){}[\],]+/g;
/** A row in a row doubles its quotes, so that deeper ones are not made by servers. */
const MAX_DEPTH = 8;

/**
 * Replaces finds in values of which only the text is known: rows, arrays of somebody's types, pairs, labels. What would not be put together
 * as before becomes NULL.
 */
export function opaqueFindsMasker(finder: TextFinder, depth = 0): TextMasker {
  const inside: TextMasker = (text) => {
    // in a row it may be a number, and stays one
    const replaced = finder.replace(text);
    if (replaced === undefined) return undefined;
    return NUMBER.test(text) ? "0" : opaqueFindsMasker(finder, depth + 1)(text);
  };
  return (text) => {
    const replaced = finder.replace(text);
    if (replaced === undefined) return undefined;
    if (depth < MAX_DEPTH && text.startsWith("(") && text.endsWith(")")) {
      const masked = maskCompositeText(text, inside);
      if (masked !== undefined) return masked;
    }
    if (depth < MAX_DEPTH && text.startsWith("{") && text.endsWith("}")) {
      const masked = maskArrayText(text, inside);
      if (masked !== undefined) return masked;
    }
    return structureOf(text) === structureOf(replaced.replaceAll("[redacted]", "")) ? replaced : null;
  };
}

function structureOf(text: string): string {
  return text.replaceAll(NOT_STRUCTURE, "");
}
