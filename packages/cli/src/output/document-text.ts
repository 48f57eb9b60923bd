import { stringify } from "yaml";
import { shownLines } from "./shown.ts";

/** A document as it could stand in a folder: its kind first, which is how it is known. */
export function documentText(kind: string, document: Readonly<Record<string, unknown>>): string {
  const { [kind]: name, ...rest } = document;
  return shownLines(stringify({ [kind]: name, ...rest }).trimEnd());
}
