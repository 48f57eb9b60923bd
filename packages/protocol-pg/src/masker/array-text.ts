import type { Masked, TextMasker } from "./value-masker.ts";

/** Bounds in front of an array that does not begin at 1. */
const BOUNDS = /^(?:\[-?\d+:-?\d+\])+=/;
const END_OF_BARE = /[,{}"\\]/g;

/**
 * Masks the elements of an array in its text form, `{a,"b,c",{NULL}}`; the rest stays byte for byte. null: it cannot be read.
 */
export function maskArrayText(text: string, mask: TextMasker): Masked<string> {
  let at = BOUNDS.exec(text)?.[0].length ?? 0;
  if (text.charAt(at) !== "{") return null;
  let depth = 0;
  let copied = 0;
  let masked = "";
  // what stood before says whether an element may follow
  let before = "{";
  while (at < text.length) {
    const character = text.charAt(at);
    if ("{},".includes(character)) {
      if (character === "{") depth++;
      if (character === "}") depth--;
      before = character;
      at++;
      if (depth === 0) break;
      continue;
    }
    if (before !== "{" && before !== ",") return null;
    const element = character === '"' ? readQuoted(text, at) : readBare(text, at);
    if (element === undefined) return null;
    const shown = element.value === undefined ? undefined : mask(element.value);
    if (shown !== undefined) {
      masked += text.slice(copied, at) + (shown === null ? "NULL" : quote(shown));
      copied = element.end;
    }
    before = '"';
    at = element.end;
  }
  if (depth !== 0 || at !== text.length) return null;
  return copied === 0 ? undefined : masked + text.slice(copied);
}

interface Element {
  /** undefined is NULL. */
  readonly value: string | undefined;
  readonly end: number;
}

/** In quotes a backslash takes the next character as it is. */
function readQuoted(text: string, start: number): Element | undefined {
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return { value, end: at + 1 };
    if (character === "\\") at++;
    value += text.charAt(at);
  }
  return undefined;
}

function readBare(text: string, start: number): Element | undefined {
  END_OF_BARE.lastIndex = start;
  const end = END_OF_BARE.exec(text)?.index;
  if (end === undefined || end === start) return undefined;
  const value = text.slice(start, end);
  return { value: value === "NULL" ? undefined : value, end };
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
