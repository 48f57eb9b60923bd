import { malformedBson, type RawDocument } from "./raw-document.ts";
import { nulTerminatedEnd, valueEnd } from "./value-end.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LENGTH_BYTES = 4;
const ASCII_END = 0x80;

/**
 * One element of a document. Its value lies in the document's bytes at `[valueStart..valueEnd)`; a document in it is checked by
 * its length alone.
 */
export interface Element {
  readonly document: RawDocument;
  readonly type: number;
  readonly name: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** The elements in their order, each checked as it is reached. Throws the document's fault at the first that is malformed. */
export function* elementsOf(document: RawDocument): Generator<Element, void, undefined> {
  const { bytes } = document;
  const last = document.end - 1;
  for (let at = document.start + LENGTH_BYTES; at < last;) {
    const valueStart = nameEnd(document, at);
    const end = endOfValue(document, at, valueStart);
    const name = decodeName(document, at + 1, valueStart - 1);
    yield { document, type: bytes[at] ?? 0, name, valueStart, valueEnd: end };
    at = end;
  }
}

/** The element of this name, undefined where there is none. What lies behind it is not looked at. */
export function find(document: RawDocument, name: string): Element | undefined {
  const { bytes } = document;
  const wanted = Buffer.from(name, "utf8");
  const last = document.end - 1;
  for (let at = document.start + LENGTH_BYTES; at < last;) {
    const valueStart = nameEnd(document, at);
    const end = endOfValue(document, at, valueStart);
    if (valueStart - at - 2 === wanted.length && wanted.compare(bytes, at + 1, valueStart - 1) === 0) {
      return { document, type: bytes[at] ?? 0, name, valueStart, valueEnd: end };
    }
    at = end;
  }
  return undefined;
}

/** The first element, whose name is a command's; undefined where the document is empty. */
export function firstElement(document: RawDocument): Element | undefined {
  return elementsOf(document).next().value ?? undefined;
}

/** How many elements there are, by hopping over their values. */
export function countElements(document: RawDocument): number {
  const last = document.end - 1;
  let count = 0;
  for (let at = document.start + LENGTH_BYTES; at < last; count++) {
    at = endOfValue(document, at, nameEnd(document, at));
  }
  return count;
}

function nameEnd(document: RawDocument, at: number): number {
  const end = nulTerminatedEnd(document.bytes, at + 1, document.end - 1);
  if (end === -1) throw malformedBson("a field's name has no end", document.onFault);
  return end;
}

function endOfValue(document: RawDocument, at: number, valueStart: number): number {
  const type = document.bytes[at] ?? 0;
  const end = valueEnd(document.bytes, type, valueStart, document.end - 1);
  if (end === -1) throw malformedBson(`a value of type ${type} does not fit`, document.onFault);
  return end;
}

/** Most names are short and ASCII, which the decoder takes longest for. */
function decodeName(document: RawDocument, start: number, end: number): string {
  const { bytes } = document;
  let at = start;
  while (at < end && (bytes[at] ?? 0) < ASCII_END) at++;
  if (at === end) return bytes.toString("latin1", start, end);
  try {
    return utf8.decode(bytes.subarray(start, end));
  } catch {
    throw malformedBson("a field's name is not valid UTF-8", document.onFault);
  }
}
