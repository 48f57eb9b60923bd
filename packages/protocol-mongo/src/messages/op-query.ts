import { GatewayError } from "@sallyport/shared/errors";
import { documentAt, type RawDocument } from "../bson/raw-document.ts";
import { nulTerminatedEnd } from "../bson/value-end.ts";
import { decodeMessageHeader, HEADER_BYTES } from "./message-header.ts";

const COMMANDS = "admin.$cmd";
const NUMBERS_BYTES = 8;

/** A command in the form that servers have taken no other than `hello` in for years. */
export interface OpQuery {
  readonly requestId: number;
  /** The command. It lies in `admin`. */
  readonly body: RawDocument;
}

/**
 *     header | flags | collection, with its NUL | skip | return | query [ | fields to return ]
 *       16   |   4   |                          |  4   |   4    |
 *
 * Reads the whole message `bytes[start..end)` where it is a command on `admin` as drivers send it, and throws
 * `protocol/unsupported` for everything else.
 */
export function decodeOpQuery(bytes: Buffer, start: number, end: number): OpQuery {
  const nameAt = start + HEADER_BYTES + 4;
  const nameEnd = nulTerminatedEnd(bytes, nameAt, end);
  if (nameEnd === -1 || end - nameEnd < NUMBERS_BYTES) {
    throw new GatewayError("protocol/malformed", "malformed OP_QUERY: it is too short");
  }
  const isCommand = bytes.toString("latin1", nameAt, nameEnd - 1) === COMMANDS;
  const skip = bytes.readInt32LE(nameEnd);
  const wanted = Math.abs(bytes.readInt32LE(nameEnd + 4));
  if (!isCommand || skip !== 0 || wanted !== 1) throw unsupported("it is no command on admin");
  const body = documentAt(bytes, nameEnd + NUMBERS_BYTES, end, "protocol/malformed");
  if (body.end !== end) throw unsupported("something follows the command");
  return { requestId: decodeMessageHeader(bytes, start).requestId, body };
}

function unsupported(why: string): GatewayError {
  return new GatewayError("protocol/unsupported", `OP_QUERY: ${why}`, {
    detail: "Of the old protocol only the hello command is taken.",
  });
}
