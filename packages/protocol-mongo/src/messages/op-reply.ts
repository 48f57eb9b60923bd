import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { beginMessage, finishMessage } from "./message-header.ts";
import { opCode } from "./op-code.ts";
import type { OpMsgParts } from "./op-msg.ts";

/** Bits of an OP_REPLY's flags. */
const AWAIT_CAPABLE = 8;

/**
 *     header | flags | cursor | starting from | documents that follow, here one
 *       16   |   4   |   8    |       4       |     4
 *
 * The answer to an OP_QUERY.
 */
export function encodeOpReply({ requestId, responseTo, body }: OpMsgParts): Buffer {
  const writer = beginMessage(new ByteWriter(), { requestId, responseTo, opCode: opCode.REPLY });
  return finishMessage(writer.int32LE(AWAIT_CAPABLE).int64LE(0n).int32LE(0).int32LE(1).bytes(body));
}
