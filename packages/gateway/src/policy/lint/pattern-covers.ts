import { readNameParts, type NamePart } from "../name-parts.ts";
import { compilePattern } from "../pattern.ts";

const any: NamePart = { text: "*", quoted: false };

/** Whether a dotted pattern means all that another one does. A name without a database is one in any. */
export function patternCovers(wide: string, narrow: string): boolean {
  const [wideParts, narrowParts] = [readNameParts(wide) ?? [], readNameParts(narrow) ?? []];
  const length = Math.max(wideParts.length, narrowParts.length);
  const filled = (parts: readonly NamePart[]): readonly NamePart[] => [
    ...Array.from({ length: length - parts.length }, () => any),
    ...parts,
  ];
  const narrowFilled = filled(narrowParts);
  return filled(wideParts).every((part, index) => partCovers(part, narrowFilled[index] ?? any));
}

/** The same for a pattern without dots. */
export function wordCovers(wide: string, narrow: string): boolean {
  // a star of the narrow one is text to the wide one, which only another star can stand for
  return compilePattern(wide)(narrow);
}

/** Whether each of a list of patterns is covered by one of another. */
export function allCovered(
  wide: readonly string[],
  narrow: readonly string[],
  covers: (wide: string, narrow: string) => boolean = patternCovers,
): boolean {
  return narrow.every((one) => wide.some((other) => covers(other, one)));
}

function partCovers(wide: NamePart, narrow: NamePart): boolean {
  if (!wide.quoted) return wordCovers(wide.text, narrow.text);
  return wide.text === narrow.text && (narrow.quoted || !narrow.text.includes("*"));
}
