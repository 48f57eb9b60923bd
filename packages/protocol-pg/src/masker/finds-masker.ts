import type { TextFinder } from "@sallyport/shared/masks/find-in-text";
import type { WireFormat } from "../messages/row-description.ts";
import { elementsMasker } from "./elements-masker.ts";
import { jsonFindsMasker } from "./mask-json.ts";
import { integerText, numericText } from "./number-text.ts";
import { opaqueFindsMasker } from "./opaque-text.ts";
import { ofText, onText, orElse, type ValueBytes, type ValueMasker } from "./value-masker.ts";
import { textOffset, wireTypeOf, type WireType } from "./wire-types.ts";

const BACKSLASH = 0x5c;

/**
 * Replaces what a finder finds in values of a type; undefined: nothing is sought there. null where a value cannot be read, or has a find that
 * cannot be replaced.
 */
export function findsMasker(type: WireType, format: WireFormat, finder: TextFinder): ValueMasker | undefined {
  switch (type.kind) {
    case "text":
    case "xml":
      return (bytes, start, end) => finder.replaceIn(bytes, start, end);
    case "json":
    case "jsonb":
      return whereJsonFinds(finder, ofText(jsonFindsMasker(finder), textOffset(type, format)));
    case "array":
      return inElements(type, format, finder);
    case "bigint":
      return format === "text" ? hiding(finder) : hidingNumber(finder, integerText);
    case "numeric":
      return format === "text" ? hiding(finder) : hidingNumber(finder, numericText);
    case "lexemes":
      return hiding(finder);
    case "opaque":
      return format === "text" ? whereFinds(finder, ofText(opaqueFindsMasker(finder))) : hiding(finder);
    case "integer":
    case "uuid":
    case "bytea":
    case "plain":
      return undefined;
  }
}

/** Most values are known to hold no find without being read. */
function whereFinds(finder: TextFinder, mask: ValueMasker): ValueMasker {
  return (bytes, start, end) => (finder.mayFind(bytes, start, end) ? mask(bytes, start, end) : undefined);
}

/** What a JSON text escapes is not seen in its bytes. */
function whereJsonFinds(finder: TextFinder, mask: ValueMasker): ValueMasker {
  return (bytes, start, end) => {
    const escape = bytes.indexOf(BACKSLASH, start);
    const mayFind = (escape !== -1 && escape < end) || finder.mayFind(bytes, start, end);
    return mayFind ? mask(bytes, start, end) : undefined;
  };
}

function inElements({ element }: WireType, format: WireFormat, finder: TextFinder): ValueMasker | undefined {
  if (element === undefined) return undefined;
  const type = wireTypeOf(element);
  const found = findsMasker(type, format, finder);
  if (found === undefined) return undefined;
  const mask = orElse(type.redacted?.[format] ?? null, found);
  return elementsMasker(element, format, { text: onText(mask), binary: mask });
}

/** Sees texts among the bytes of whatever form, but no numbers. */
function hiding(finder: TextFinder): ValueMasker {
  return (bytes, start, end) => (finder.replaceIn(bytes, start, end) === undefined ? undefined : null);
}

function hidingNumber(finder: TextFinder, textOf: (value: ValueBytes) => string): ValueMasker {
  return (bytes, start, end) => (finder.replace(textOf({ bytes, start, end })) === undefined ? undefined : null);
}
