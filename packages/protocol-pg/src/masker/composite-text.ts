import type { Masked, TextMasker } from "./value-masker.ts";

/**
 * Masks the fields of a row in its text form, `(1,"a, b",)`, where nothing between two commas is NULL; the rest stays byte for byte.
 * null: it cannot be read.
 */
export function maskCompositeText(text: string, mask: TextMasker): Masked<string> {
  if (!text.startsWith("(") || !text.endsWith(")")) return null;
  let copied = 0;
  let masked = "";
  for (let start = 1; start < text.length;) {
    const field = readField(text, start);
    if (field === undefined) return null;
    const shown = field.end === start ? undefined : mask(field.value);
    if (shown !== undefined) {
      masked += text.slice(copied, start) + (shown === null ? "" : quote(shown));
      copied = field.end;
    }
    start = field.end + 1;
  }
  return copied === 0 ? undefined : masked + text.slice(copied);
}

interface Field {
  readonly value: string;
  readonly end: number;
}

/** Up to the next comma outside of quotes, or the parenthesis that ends the row. */
function readField(text: string, start: number): Field | undefined {
  let value = "";
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") {
      at++;
    } else if (character === '"') {
      // doubled it stands for itself
      if (!quoted || text.charAt(at + 1) !== '"') {
        quoted = !quoted;
        continue;
      }
      at++;
    } else if (!quoted) {
      if (character === "," || (character === ")" && at === text.length - 1)) return { value, end: at };
      if (character === "(" || character === ")") return undefined;
    }
    value += text.charAt(at);
  }
  return undefined;
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "$&$&")}"`;
}
