import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";

/** More than the manual knows, so that newer servers are read too. */
const MAX_FIELDS = 64;

/** The fields of an ErrorResponse or NoticeResponse that are acted on or logged. */
export interface ServerError {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
}

/**
 * ErrorResponse ('E') and NoticeResponse ('N'): `{ byte field, text\0 }* 0`. Before the encoding is settled a server speaks in
 * its own, so text that is not UTF-8 is no fault here; it only goes to a log.
 */
export function decodeErrorResponse(body: ByteReader): ServerError {
  const fields = decodeErrorFields(body);
  return {
    severity: fields.get("V") ?? fields.get("S") ?? "ERROR",
    code: fields.get("C") ?? "XX000",
    message: fields.get("M") ?? "no message",
    detail: fields.get("D"),
  };
}

/** All of its fields, by the letters that the manual gives them. */
export function decodeErrorFields(body: ByteReader): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let name = body.uint8(); name !== 0; name = body.uint8()) {
    if (fields.size === MAX_FIELDS) throw body.fault("an error has too many fields");
    fields.set(String.fromCharCode(name), body.untilNul().toString("utf8"));
  }
  body.expectEnd();
  return fields;
}
