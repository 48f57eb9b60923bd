import { GatewayError, type ErrorCode } from "@sallyport/shared/errors";

/** The length, which counts itself, and the NUL at the end. */
export const MIN_DOCUMENT_BYTES = 5;

/**
 * A document or array as it lies in received bytes: `bytes[start..end)`, its length and its final NUL included. Its length was
 * checked, what is in it was not. A view: valid only as long as the bytes.
 */
export interface RawDocument {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** What a fault found in it is called: the side that sent it decides. */
  readonly onFault: ErrorCode;
}

/** The document that begins at `start` and must lie in front of `limit`. */
export function documentAt(bytes: Buffer, start: number, limit: number, onFault: ErrorCode): RawDocument {
  const end = documentEnd(bytes, start, limit);
  if (end === -1) throw malformedBson("a document does not fit where it stands", onFault);
  return { bytes, start, end, onFault };
}

/** Where the document at `start` ends; -1: it has no honest length or no NUL at its end. */
export function documentEnd(bytes: Buffer, start: number, limit: number): number {
  if (limit - start < MIN_DOCUMENT_BYTES) return -1;
  const length = bytes.readInt32LE(start);
  if (length < MIN_DOCUMENT_BYTES || length > limit - start) return -1;
  const end = start + length;
  return bytes[end - 1] === 0 ? end : -1;
}

export function malformedBson(what: string, onFault: ErrorCode): GatewayError {
  return new GatewayError(onFault, `malformed BSON: ${what}`);
}
