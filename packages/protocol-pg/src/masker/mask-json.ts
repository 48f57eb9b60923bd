import { maskText, PLACEHOLDER } from "@sallyport/shared/masks/apply-mask";
import type { TextFinder } from "@sallyport/shared/masks/find-in-text";
import type { Mask } from "@sallyport/shared/masks/mask";
import { JsonScanner, unquoteJson } from "./json-scanner.ts";
import { Splice } from "./splice.ts";
import type { TextMasker } from "./value-masker.ts";

/** A part of a JSON value: member names or positions, `*` for every element or member. */
export interface JsonPart {
  readonly path: readonly string[];
  readonly mask: Mask;
}

const EVERY = "*";
/** Stands for a JSON value that is not shown, or cannot be read. */
const REDACTED = JSON.stringify(PLACEHOLDER);

/** Masks parts of JSON texts; all else stays byte for byte. A text that cannot be read is redacted whole. */
export function jsonPartsMasker(parts: readonly JsonPart[], key: Buffer): TextMasker {
  return (text) => {
    const scanner = new JsonScanner(text);
    const splice = new Splice(text);
    if (!maskParts(scanner, splice, parts, key) || scanner.next() !== "") return REDACTED;
    return splice.finish();
  };
}

/** Replaces what a finder finds in the strings and names of JSON texts, and numbers in which it finds something. */
export function jsonFindsMasker(finder: TextFinder): TextMasker {
  return (text) => {
    const scanner = new JsonScanner(text);
    const splice = new Splice(text);
    let readable = true;
    const walked = scanner.skip((token, start) => {
      const isString = token.startsWith('"');
      const said = isString ? unquoteJson(token) : token;
      readable &&= said !== undefined;
      const replaced = said === undefined ? undefined : finder.replace(said);
      if (replaced !== undefined) {
        splice.replace(start, start + token.length, isString ? JSON.stringify(replaced) : "0");
      }
    });
    return walked && readable && scanner.next() === "" ? splice.finish() : REDACTED;
  };
}

/** One value, of which `parts` are what their paths still lead to; false: it cannot be read. */
function maskParts(scanner: JsonScanner, splice: Splice, parts: readonly JsonPart[], key: Buffer): boolean {
  const whole = parts.find(({ path }) => path.length === 0);
  if (whole !== undefined) return maskWhole(scanner, splice, whole.mask, key);
  const opener = scanner.next();
  if (parts.length === 0 || (opener !== "{" && opener !== "[")) return scanner.skip();
  scanner.at++;
  const closer = opener === "{" ? "}" : "]";
  if (scanner.take(closer)) return true;
  for (let index = 0; ; index++) {
    const name = opener === "[" ? String(index) : readName(scanner);
    if (name === undefined || !maskParts(scanner, splice, below(parts, name), key)) return false;
    if (scanner.take(closer)) return true;
    if (!scanner.take(",")) return false;
  }
}

function readName(scanner: JsonScanner): string | undefined {
  if (scanner.next() !== '"') return undefined;
  const token = scanner.scalar();
  return token !== undefined && scanner.take(":") ? unquoteJson(token) : undefined;
}

/** What the paths lead to from a member or element. */
function below(parts: readonly JsonPart[], name: string): readonly JsonPart[] {
  return parts
    .filter(({ path: [first] }) => first === name || first === EVERY)
    .map(({ path, mask }) => ({ path: path.slice(1), mask }));
}

function maskWhole(scanner: JsonScanner, splice: Splice, mask: Mask, key: Buffer): boolean {
  const opener = scanner.next();
  const start = scanner.at;
  if (!scanner.skip()) return false;
  const shown = maskedValue(scanner.text.slice(start, scanner.at), opener, mask, key);
  if (shown === undefined) return false;
  splice.replace(start, scanner.at, shown);
  return true;
}

/** A value of the same JSON type under a mask; objects and arrays become a text. undefined: it cannot be read. */
function maskedValue(value: string, opener: string, mask: Mask, key: Buffer): string | undefined {
  if (mask.kind === "null" || value === "null") return "null";
  if (opener === '"') {
    const said = unquoteJson(value);
    return said === undefined ? undefined : JSON.stringify(maskText(said, mask, key) ?? null);
  }
  if (opener === "{" || opener === "[") return REDACTED;
  return opener === "t" || opener === "f" ? "false" : "0";
}
