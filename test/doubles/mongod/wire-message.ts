import { decode, encode, type BsonDocument } from "./bson-document.ts";
import { crc32c } from "./crc32c.ts";

const HEADER_BYTES = 16;
const MAX_MESSAGE_BYTES = 48_000_000;
const opCodes = { reply: 1, query: 2004, msg: 2013 } as const;

/** The bits of OP_MSG's flags. */
export const messageFlags = { checksumPresent: 1, moreToCome: 2, exhaustAllowed: 0x10000 } as const;

/** A command as it came, with the document sequences in their places. */
export interface Request {
  readonly kind: "message" | "query";
  readonly requestId: number;
  readonly flags: number;
  readonly database: string;
  /** The first key. */
  readonly name: string;
  readonly command: BsonDocument;
  /** The bytes of the documents in a sequence or array of that name, as they came. */
  readonly rawDocuments: (field: string) => readonly Buffer[];
}

/** What ends a connection: bytes that are no message. */
export class WireError extends Error {}

/** Splits a stream of bytes into whole messages. */
export async function* messagesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  let needed = HEADER_BYTES;
  for await (const chunk of chunks) {
    held.push(chunk);
    size += chunk.length;
    // put together once there is enough, since large messages come in many pieces
    if (size < needed) continue;
    let pending = Buffer.concat(held);
    for (;;) {
      needed = neededFor(pending);
      if (pending.length < needed) break;
      yield pending.subarray(0, needed);
      pending = pending.subarray(needed);
    }
    held = [pending];
    size = pending.length;
  }
}

function neededFor(pending: Buffer): number {
  if (pending.length < HEADER_BYTES) return HEADER_BYTES;
  const length = pending.readInt32LE(0);
  if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES) throw new WireError(`a message of ${length} bytes`);
  return length;
}

/** Reads a message that a client may send: OP_MSG, or OP_QUERY for a command. */
export function decodeRequest(message: Buffer): Request {
  const opCode = message.readInt32LE(12);
  if (opCode === opCodes.msg) return decodeMsg(message);
  if (opCode === opCodes.query) return decodeQuery(message);
  throw new WireError(`the operation ${opCode}`);
}

function decodeMsg(message: Buffer): Request {
  const flags = message.readUInt32LE(HEADER_BYTES);
  const unknown = flags & 0xffff & ~(messageFlags.checksumPresent | messageFlags.moreToCome);
  if (unknown !== 0) throw new WireError(`the flags ${flags}`);
  const hasChecksum = (flags & messageFlags.checksumPresent) !== 0;
  const end = message.length - (hasChecksum ? 4 : 0);
  if (hasChecksum && crc32c(message.subarray(0, end)) !== message.readUInt32LE(end)) {
    throw new WireError("a checksum that does not match");
  }
  let body: Buffer | undefined;
  const sequences = new Map<string, readonly Buffer[]>();
  for (let at = HEADER_BYTES + 4; at < end;) {
    const kind = message.readUInt8(at);
    const size = message.readInt32LE(at + 1);
    if (size < 5 || at + 1 + size > end) throw new WireError(`a section of ${size} bytes`);
    const section = message.subarray(at + 1, at + 1 + size);
    if (kind === 0) body ??= section;
    else if (kind === 1) sequences.set(...decodeSequence(section));
    else throw new WireError(`a section of kind ${kind}`);
    at += 1 + size;
  }
  if (body === undefined) throw new WireError("a message without a body");
  const command = {
    ...decode(body),
    ...Object.fromEntries([...sequences].map(([name, documents]) => [name, documents.map((bytes) => decode(bytes))])),
  };
  const base = requestOf(message, "message", command, body, sequences);
  return { ...base, flags, database: typeof command["$db"] === "string" ? command["$db"] : "" };
}

function decodeSequence(section: Buffer): [string, readonly Buffer[]] {
  const nameEnd = section.indexOf(0, 4);
  if (nameEnd < 0) throw new WireError("a document sequence without a name");
  return [section.toString("utf8", 4, nameEnd), documentsIn(section.subarray(nameEnd + 1))];
}

function documentsIn(bytes: Buffer): readonly Buffer[] {
  const documents: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = at + 4 <= bytes.length ? bytes.readInt32LE(at) : 0;
    if (size < 5 || at + size > bytes.length) throw new WireError(`a document of ${size} bytes`);
    documents.push(bytes.subarray(at, at + size));
    at += size;
  }
  return documents;
}

function decodeQuery(message: Buffer): Request {
  const nameEnd = message.indexOf(0, HEADER_BYTES + 4);
  const collection = message.toString("utf8", HEADER_BYTES + 4, nameEnd);
  if (nameEnd < 0 || !collection.endsWith(".$cmd")) throw new WireError(`a query of ${collection}`);
  const [body] = documentsIn(message.subarray(nameEnd + 9));
  if (body === undefined) throw new WireError("a query without a document");
  const base = requestOf(message, "query", decode(body), body, new Map());
  return { ...base, flags: 0, database: collection.slice(0, -".$cmd".length) };
}

function requestOf(
  message: Buffer,
  kind: Request["kind"],
  command: BsonDocument,
  body: Buffer,
  sequences: ReadonlyMap<string, readonly Buffer[]>,
): Omit<Request, "flags" | "database"> {
  return {
    kind,
    requestId: message.readInt32LE(4),
    name: Object.keys(command)[0] ?? "",
    command,
    rawDocuments: (field) => sequences.get(field) ?? arrayIn(body, field),
  };
}

/** The elements of an array of documents in the body. */
function arrayIn(body: Buffer, field: string): readonly Buffer[] {
  const value = decode(body)[field];
  if (!Array.isArray(value)) return [];
  // an array of BSON is a document whose keys are the indexes
  const raw = rawField(body, field);
  return raw === undefined ? [] : rawElements(raw);
}

function rawField(body: Buffer, field: string): Buffer | undefined {
  return rawElementsNamed(body).find(({ name }) => name === field)?.value;
}

function rawElements(array: Buffer): readonly Buffer[] {
  return rawElementsNamed(array).map(({ value }) => value);
}

/** The documents and arrays directly in a document that is known to be well formed. */
function rawElementsNamed(document: Buffer): readonly { name: string; value: Buffer }[] {
  const found: { name: string; value: Buffer }[] = [];
  for (let at = 4; at < document.length - 1;) {
    const type = document.readUInt8(at);
    const nameEnd = document.indexOf(0, at + 1);
    const start = nameEnd + 1;
    const size = sizeOf(document, type, start);
    if (type === 3 || type === 4) {
      found.push({ name: document.toString("utf8", at + 1, nameEnd), value: document.subarray(start, start + size) });
    }
    at = start + size;
  }
  return found;
}

const fixedSizes: Readonly<Record<number, number>> = {
  0x01: 8,
  0x06: 0,
  0x07: 12,
  0x08: 1,
  0x09: 8,
  0x0a: 0,
  0x10: 4,
  0x11: 8,
  0x12: 8,
  0x13: 16,
  0x7f: 0,
  0xff: 0,
};

function sizeOf(document: Buffer, type: number, start: number): number {
  const fixed = fixedSizes[type];
  if (fixed !== undefined) return fixed;
  if (type === 0x0b) return document.indexOf(0, document.indexOf(0, start) + 1) + 1 - start;
  const size = document.readInt32LE(start);
  if (type === 0x03 || type === 0x04 || type === 0x0f) return size;
  if (type === 0x05) return size + 5;
  return type === 0x0c ? size + 16 : size + 4;
}

/** Writes a reply in the form that the request had. */
export function encodeReply(
  request: { readonly kind: Request["kind"]; readonly responseTo: number; readonly checksum: boolean },
  requestId: number,
  reply: BsonDocument,
  moreToCome: boolean,
): Buffer {
  const body = encode(reply);
  if (request.kind === "query") {
    const start = Buffer.alloc(20);
    // flag 8: the server can wait for data; one document follows
    start.writeInt32LE(8, 0);
    start.writeInt32LE(1, 16);
    return withHeader(requestId, request.responseTo, opCodes.reply, [start, body]);
  }
  const start = Buffer.alloc(5);
  const flags = (moreToCome ? messageFlags.moreToCome : 0) | (request.checksum ? messageFlags.checksumPresent : 0);
  start.writeUInt32LE(flags, 0);
  if (!request.checksum) return withHeader(requestId, request.responseTo, opCodes.msg, [start, body]);
  const whole = withHeader(requestId, request.responseTo, opCodes.msg, [start, body, Buffer.alloc(4)]);
  whole.writeUInt32LE(crc32c(whole.subarray(0, -4)), whole.length - 4);
  return whole;
}

function withHeader(requestId: number, responseTo: number, opCode: number, parts: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const whole = Buffer.concat([header, ...parts]);
  whole.writeInt32LE(whole.length, 0);
  whole.writeInt32LE(requestId, 4);
  whole.writeInt32LE(responseTo, 8);
  whole.writeInt32LE(opCode, 12);
  return whole;
}
