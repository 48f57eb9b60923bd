import { GatewayError } from "@sallyport/shared/errors";
import { elementType } from "./element-type.ts";
import { FieldNames } from "./field-names.ts";
import { documentAt, documentEnd, malformedBson, type RawDocument } from "./raw-document.ts";
import { scopeStart, valueEnd } from "./value-end.ts";

/** As deep as a server lets documents be. */
export const MAX_DEPTH = 200;

const ON_FAULT = "protocol/malformed";
const LENGTH_BYTES = 4;
const ZERO = 0x30;
/** Stands for the place of an element in what is no array. */
const NO_ARRAY = -1;

/** A document or array that is being walked. */
interface Level {
  readonly end: number;
  /** The place of the next element in an array. */
  place: number;
}

/**
 * Checks a client's document to its depths, in one pass without recursion, and throws `protocol/malformed` or, for what can be
 * read in more than one way, `policy/unreadable`: a field that is there twice counts for one server in its first and for
 * another in its last place. In documents names are compared; in arrays each must be its place, as every driver writes them,
 * which leaves no room for a second one and needs no memory.
 */
export function checkDocument(bytes: Buffer, start: number, limit: number): RawDocument {
  const document = documentAt(bytes, start, limit, ON_FAULT);
  const names = new FieldNames(bytes);
  const levels: Level[] = [];
  let level: Level = { end: document.end, place: NO_ARRAY };
  names.enter();
  for (let at = start + LENGTH_BYTES; ;) {
    const type = bytes[at] ?? 0;
    if (at >= level.end - 1) {
      at = level.end;
      if (level.place === NO_ARRAY) names.leave();
      const outer = levels.pop();
      if (outer === undefined) return document;
      level = outer;
      continue;
    }
    const nameStart = at + 1;
    const nameEnd =
      level.place === NO_ARRAY ? names.read(nameStart, level.end - 1) : checkPlace(bytes, nameStart, level);
    const valueStart = nameEnd + 1;
    const opened = openedBy(bytes, type, valueStart, level.end - 1);
    if (opened === undefined) {
      at = valueEnd(bytes, type, valueStart, level.end - 1);
      if (at === -1) throw malformedBson(`a value of type ${type} does not fit`, ON_FAULT);
      continue;
    }
    if (levels.push(level) >= MAX_DEPTH) throw tooDeep();
    level = { end: opened.end, place: type === elementType.array ? 0 : NO_ARRAY };
    if (level.place === NO_ARRAY) names.enter();
    at = opened.start + LENGTH_BYTES;
  }
}

/** The document that a value is or holds; undefined for one that holds none. Nothing of a value lies behind its document. */
function openedBy(bytes: Buffer, type: number, at: number, limit: number): { start: number; end: number } | undefined {
  if (type !== elementType.document && type !== elementType.array && type !== elementType.codeWithScope)
    return undefined;
  const start = type === elementType.codeWithScope ? scopeStart(bytes, at, limit) : at;
  const end = start === -1 ? -1 : documentEnd(bytes, start, limit);
  if (end === -1) throw malformedBson(`a value of type ${type} does not fit`, ON_FAULT);
  return { start, end };
}

/** Where the name ends that must be the next place of an array. */
function checkPlace(bytes: Buffer, start: number, level: Level): number {
  let place = 0;
  let at = start;
  for (; at < level.end - 1; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    place = place * 10 + digit;
    if (place > level.place) break;
  }
  const isPlain = at > start && (bytes[start] !== ZERO || at - start === 1);
  if (at >= level.end - 1 || bytes[at] !== 0 || place !== level.place || !isPlain) {
    throw new GatewayError("policy/unreadable", "an array's elements are not numbered in their order", {
      detail: "The elements of an array are not numbered in their order.",
    });
  }
  level.place++;
  return at;
}

function tooDeep(): GatewayError {
  return new GatewayError("policy/unreadable", `a document nests deeper than ${MAX_DEPTH} levels`, {
    detail: `The document nests deeper than ${MAX_DEPTH} levels.`,
  });
}
