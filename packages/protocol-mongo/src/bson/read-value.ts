import { elementType } from "./element-type.ts";
import { find, type Element } from "./elements.ts";
import { documentAt, malformedBson, type RawDocument } from "./raw-document.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a string; undefined where it is of another type. Throws the document's fault where it is not UTF-8. */
export function stringOf({ document, type, valueStart, valueEnd }: Element): string | undefined {
  if (type !== elementType.string) return undefined;
  try {
    return utf8.decode(document.bytes.subarray(valueStart + 4, valueEnd - 1));
  } catch {
    throw malformedBson("a string is not valid UTF-8", document.onFault);
  }
}

/**
 * A whole number, whichever numeric type it is written in, within what a JS number holds exactly; undefined for everything
 * else.
 */
export function wholeNumberOf({ document: { bytes }, type, valueStart }: Element): number | undefined {
  switch (type) {
    case elementType.int32:
      return bytes.readInt32LE(valueStart);
    case elementType.int64:
      return safe(Number(bytes.readBigInt64LE(valueStart)));
    case elementType.double:
      return safe(bytes.readDoubleLE(valueStart));
    default:
      return undefined;
  }
}

/** The value of an int64; undefined where it is of another type. */
export function int64Of({ document: { bytes }, type, valueStart }: Element): bigint | undefined {
  return type === elementType.int64 ? bytes.readBigInt64LE(valueStart) : undefined;
}

export function booleanOf({ document: { bytes }, type, valueStart }: Element): boolean | undefined {
  return type === elementType.boolean ? bytes[valueStart] === 1 : undefined;
}

/** Whether a server takes it for true: `true`, or a number other than zero. */
export function isTruthy(element: Element | undefined): boolean {
  if (element === undefined) return false;
  if (element.type === elementType.double) return element.document.bytes.readDoubleLE(element.valueStart) !== 0;
  const number = element.type === elementType.int64 ? int64Of(element) : wholeNumberOf(element);
  return booleanOf(element) ?? (number !== undefined && Number(number) !== 0);
}

/** Whether some server could take it for true: for what asks for more than it would without. A decimal is not looked into. */
export function mayBeTrue(element: Element | undefined): boolean {
  if (element === undefined || element.type === elementType.null || element.type === elementType.undefined)
    return false;
  return isTruthy(element) || (booleanOf(element) === undefined && wholeNumberOf(element) === undefined);
}

/** A view of a binary's bytes, of whatever subtype; undefined where it is of another type. */
export function binaryOf({ document: { bytes }, type, valueStart, valueEnd }: Element): Buffer | undefined {
  return type === elementType.binary ? bytes.subarray(valueStart + 5, valueEnd) : undefined;
}

/** The document in an element; undefined where it is of another type. An array is not one. */
export function documentOf(element: Element): RawDocument | undefined {
  return element.type === elementType.document ? inside(element) : undefined;
}

/** As `documentOf`, for an array, whose elements' names are their places. */
export function arrayOf(element: Element): RawDocument | undefined {
  return element.type === elementType.array ? inside(element) : undefined;
}

/** `find` and the reading of its value in one: undefined where there is no such field, or of another type. */
export function valueIn<T>(
  document: RawDocument,
  name: string,
  read: (element: Element) => T | undefined,
): T | undefined {
  const element = find(document, name);
  return element === undefined ? undefined : read(element);
}

function inside({ document, valueStart, valueEnd }: Element): RawDocument {
  return documentAt(document.bytes, valueStart, valueEnd, document.onFault);
}

function safe(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value : undefined;
}
