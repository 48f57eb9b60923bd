import { decodeErrorResponse, type ServerError } from "@sallyport/protocol-pg/messages/error-response";
import { ByteReader } from "@sallyport/shared/bytes/byte-reader";

const HEADER_BYTES = 5;
const ERROR_RESPONSE = 0x45;

/** The ErrorResponse that these bytes are, and nothing else; undefined where there are none. */
export function readErrorResponse(bytes: Buffer): ServerError | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes[0] !== ERROR_RESPONSE || bytes.length !== bytes.readInt32BE(1) + 1) {
    throw new Error(`no ErrorResponse: ${bytes.toString("latin1")}`);
  }
  return decodeErrorResponse(new ByteReader(bytes.subarray(HEADER_BYTES)));
}
