import { deserialize, serialize, type Document } from "bson";

const OP_MSG = 2013;
const OP_QUERY = 2004;
const HEADER_BYTES = 16;
/** Of OP_MSG: the flags, and the kind of the only section. */
const MSG_BODY_AT = HEADER_BYTES + 5;
/** Of OP_REPLY: flags, cursor, place and count. */
const REPLY_BODY_AT = HEADER_BYTES + 20;

/** A message of whatever kind, with an honest length. */
export function mongoMessage(opCode: number, requestId: number, content: Uint8Array, responseTo = 0): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + content.length, 0);
  header.writeInt32LE(requestId, 4);
  header.writeInt32LE(responseTo, 8);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, content]);
}

/** A command or reply as OP_MSG. */
export function mongoMsg(
  document: Document,
  { requestId = 1, responseTo = 0, flags = 0 }: { requestId?: number; responseTo?: number; flags?: number } = {},
): Buffer {
  const start = Buffer.alloc(5);
  start.writeUInt32LE(flags);
  return mongoMessage(OP_MSG, requestId, Buffer.concat([start, serialize(document)]), responseTo);
}

/** A command as OP_QUERY on `admin`. */
export function mongoQuery(document: Document, requestId = 1): Buffer {
  const numbers = Buffer.alloc(8);
  numbers.writeInt32LE(-1, 4);
  const content = Buffer.concat([Buffer.alloc(4), Buffer.from("admin.$cmd\0"), numbers, serialize(document)]);
  return mongoMessage(OP_QUERY, requestId, content);
}

/** The documents of whole replies, of either kind. */
export function mongoReplies(bytes: Buffer): readonly Document[] {
  const replies: Document[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length; at += bytes.readInt32LE(at)) {
    const bodyAt = at + (bytes.readInt32LE(at + 12) === OP_MSG ? MSG_BODY_AT : REPLY_BODY_AT);
    replies.push(deserialize(bytes.subarray(bodyAt, at + bytes.readInt32LE(at))));
  }
  return replies;
}
