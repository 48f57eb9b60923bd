import type { ByteWriter } from "@sallyport/shared/bytes/byte-writer";

/**
 *     length, itself included | request id | response to | op code
 *               4             |     4      |      4      |    4
 */
export const HEADER_BYTES = 16;

/** What stands in front of every message, little-endian. */
export interface MessageHeader {
  readonly length: number;
  readonly requestId: number;
  /** The request that is answered; 0 in requests. */
  readonly responseTo: number;
  readonly opCode: number;
}

/** Reads the header at `start`, which must be there whole. The length is not checked. */
export function decodeMessageHeader(bytes: Buffer, start: number): MessageHeader {
  return {
    length: bytes.readInt32LE(start),
    requestId: bytes.readInt32LE(start + 4),
    responseTo: bytes.readInt32LE(start + 8),
    opCode: bytes.readInt32LE(start + 12),
  };
}

/** Begins a message; `finishMessage` fills in the length that is left open. */
export function beginMessage(writer: ByteWriter, header: Omit<MessageHeader, "length">): ByteWriter {
  return writer.int32LE(0).int32LE(header.requestId).int32LE(header.responseTo).int32LE(header.opCode);
}

/** Ends the only message of a writer. */
export function finishMessage(writer: ByteWriter): Buffer {
  return writer.patchInt32LE(0, writer.length).finish();
}
