import { elementType } from "./element-type.ts";
import { documentEnd } from "./raw-document.ts";

const NONE = -1;
const OBJECT_ID_BYTES = 12;
const OLD_BINARY_SUBTYPE = 2;
/** Its own length, the least string and the least document. */
const MIN_CODE_WITH_SCOPE_BYTES = 4 + 5 + 5;

/**
 * Where the value of an element ends that begins at `at` and must end at `limit` at the latest. Every length is checked against
 * the limit before it is believed, and documents by their outermost length alone. -1: it does not fit, its type is unknown, or
 * it could not be read in one way only.
 */
export function valueEnd(bytes: Buffer, type: number, at: number, limit: number): number {
  switch (type) {
    case elementType.double:
    case elementType.date:
    case elementType.timestamp:
    case elementType.int64:
      return within(at + 8, limit);
    case elementType.int32:
      return within(at + 4, limit);
    case elementType.decimal128:
      return within(at + 16, limit);
    case elementType.objectId:
      return within(at + OBJECT_ID_BYTES, limit);
    case elementType.undefined:
    case elementType.null:
    case elementType.minKey:
    case elementType.maxKey:
      return at;
    case elementType.boolean:
      return at < limit && (bytes[at] ?? NONE) <= 1 ? at + 1 : NONE;
    case elementType.string:
    case elementType.code:
    case elementType.symbol:
      return stringEnd(bytes, at, limit);
    case elementType.document:
    case elementType.array:
      return documentEnd(bytes, at, limit);
    case elementType.binary:
      return binaryEnd(bytes, at, limit);
    case elementType.regex: {
      const pattern = nulTerminatedEnd(bytes, at, limit);
      return pattern === NONE ? NONE : nulTerminatedEnd(bytes, pattern, limit);
    }
    case elementType.dbPointer: {
      const namespace = stringEnd(bytes, at, limit);
      return namespace === NONE ? NONE : within(namespace + OBJECT_ID_BYTES, limit);
    }
    case elementType.codeWithScope: {
      const scope = scopeStart(bytes, at, limit);
      return scope === NONE ? NONE : at + bytes.readInt32LE(at);
    }
    default:
      return NONE;
  }
}

/** Where the scope of the code at `at` begins, which then ends exactly where the whole says; -1: it does not. */
export function scopeStart(bytes: Buffer, at: number, limit: number): number {
  if (limit - at < MIN_CODE_WITH_SCOPE_BYTES) return NONE;
  const length = bytes.readInt32LE(at);
  if (length < MIN_CODE_WITH_SCOPE_BYTES || length > limit - at) return NONE;
  const end = at + length;
  const code = stringEnd(bytes, at + 4, end);
  return code !== NONE && documentEnd(bytes, code, end) === end ? code : NONE;
}

/** Behind the NUL of what begins at `at`. */
export function nulTerminatedEnd(bytes: Buffer, at: number, limit: number): number {
  for (let here = at; here < limit; here++) {
    if (bytes[here] === 0) return here + 1;
  }
  return NONE;
}

function stringEnd(bytes: Buffer, at: number, limit: number): number {
  if (limit - at < 5) return NONE;
  const length = bytes.readInt32LE(at);
  if (length < 1 || length > limit - at - 4) return NONE;
  const end = at + 4 + length;
  return bytes[end - 1] === 0 ? end : NONE;
}

function binaryEnd(bytes: Buffer, at: number, limit: number): number {
  if (limit - at < 5) return NONE;
  const length = bytes.readInt32LE(at);
  if (length < 0 || length > limit - at - 5) return NONE;
  // the old form says its length twice
  if (bytes[at + 4] === OLD_BINARY_SUBTYPE && (length < 4 || bytes.readInt32LE(at + 5) !== length - 4)) return NONE;
  return at + 5 + length;
}

function within(end: number, limit: number): number {
  return end <= limit ? end : NONE;
}
