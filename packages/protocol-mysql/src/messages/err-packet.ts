import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";

/** The first byte of an answer that is an error. */
export const ERR = 0xff;

const STATE_MARK = "#";
const STATE_BYTES = 5;

/** An error, which ends its command. Before the login the SQLSTATE is left out. */
export interface ErrPacket {
  readonly code: number;
  readonly sqlState: string | undefined;
  readonly message: string;
}

/** Reads a whole packet, its first byte included. The message may be in another encoding than UTF-8: it only goes to a log. */
export function decodeErrPacket(body: ByteReader): ErrPacket {
  const header = body.uint8();
  if (header !== ERR) throw body.fault(`${header} does not begin an error`);
  const code = body.uint16LE();
  const rest = body.rest();
  const marked = rest.length > STATE_BYTES && rest.toString("latin1", 0, 1) === STATE_MARK;
  return {
    code,
    sqlState: marked ? rest.toString("latin1", 1, 1 + STATE_BYTES) : undefined,
    message: rest.toString("utf8", marked ? 1 + STATE_BYTES : 0),
  };
}

export function encodeErrPacket({ code, sqlState, message }: ErrPacket): Buffer {
  const writer = new ByteWriter().uint8(ERR).uint16LE(code);
  if (sqlState !== undefined) writer.bytes(Buffer.from(`${STATE_MARK}${sqlState}`, "latin1"));
  return writer.bytes(Buffer.from(message, "utf8")).finish();
}
