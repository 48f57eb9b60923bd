import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { GatewayError, type ErrorCode } from "@sallyport/shared/errors";
import { find } from "../bson/elements.ts";
import { documentAt, type RawDocument } from "../bson/raw-document.ts";
import { nulTerminatedEnd } from "../bson/value-end.ts";
import { crc32c } from "./crc32c.ts";
import { beginMessage, decodeMessageHeader, finishMessage, HEADER_BYTES } from "./message-header.ts";
import { opCode } from "./op-code.ts";

/** Bits of an OP_MSG's flags. */
export const msgFlag = {
  checksumPresent: 1 << 0,
  /** Of a request: no reply is wanted. Of a reply: another one follows unasked. */
  moreToCome: 1 << 1,
  /** The client can take more than one reply. */
  exhaustAllowed: 1 << 16,
} as const;

/** Where the flags stand in a message, for whoever changes them in a copy. */
export const FLAGS_AT = HEADER_BYTES;
const SECTIONS_AT = FLAGS_AT + 4;
const CHECKSUM_BYTES = 4;
const KIND_BODY = 0;
const KIND_SEQUENCE = 1;
/** A receiver must refuse a message in which one of these bits is set that it does not know. */
const REQUIRED_BITS = 0xffff;
const KNOWN_REQUIRED_BITS = msgFlag.checksumPresent | msgFlag.moreToCome;
/** No command has more than two. */
const MAX_SEQUENCES = 16;

/** A section of documents beside the body: the field of this name, an array, moved out of it. */
export interface DocumentSequence {
  readonly identifier: string;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A message taken apart into views: valid only as long as its bytes. */
export interface OpMsg {
  readonly requestId: number;
  readonly responseTo: number;
  readonly flags: number;
  /** Wherever it stands among the sections. */
  readonly body: RawDocument;
  readonly sequences: readonly DocumentSequence[];
  /** Where the sections end: at the checksum, or the message. */
  readonly sectionsEnd: number;
}

/**
 *     header | flags | sections, each 0 + document, or 1 + length + identifier + documents | CRC-32C, where the flags say so
 *       16   |   4   |
 *
 * Reads the whole message `bytes[start..end)`. The documents are checked by their outermost lengths alone. A checksum is verified.
 */
export function decodeOpMsg(bytes: Buffer, start: number, end: number, onFault: ErrorCode): OpMsg {
  const fault = (what: string): GatewayError => new GatewayError(onFault, `malformed OP_MSG: ${what}`);
  if (end - start < SECTIONS_AT) throw fault("it is too short");
  const { requestId, responseTo } = decodeMessageHeader(bytes, start);
  const flags = bytes.readUInt32LE(start + FLAGS_AT);
  if ((flags & REQUIRED_BITS & ~KNOWN_REQUIRED_BITS) !== 0) throw fault(`unknown flags ${flags.toString(16)}`);
  const hasChecksum = (flags & msgFlag.checksumPresent) !== 0;
  const sectionsEnd = hasChecksum ? end - CHECKSUM_BYTES : end;
  if (hasChecksum) {
    if (sectionsEnd < start + SECTIONS_AT) throw fault("there is no room for its checksum");
    if (bytes.readUInt32LE(sectionsEnd) !== crc32c(bytes, start, sectionsEnd)) throw fault("the checksum is wrong");
  }
  let body: RawDocument | undefined;
  const sequences: DocumentSequence[] = [];
  for (let at = start + SECTIONS_AT; at < sectionsEnd;) {
    const kind = bytes[at];
    if (kind === KIND_BODY) {
      if (body !== undefined) throw fault("it has two bodies");
      body = documentAt(bytes, at + 1, sectionsEnd, onFault);
      at = body.end;
    } else if (kind === KIND_SEQUENCE) {
      if (sequences.length === MAX_SEQUENCES) throw fault("it has too many sections");
      const sequence = sequenceAt(bytes, at + 1, sectionsEnd, fault);
      sequences.push(sequence);
      at = sequence.end;
    } else throw fault(`a section is of the unknown kind ${kind}`);
  }
  if (body === undefined) throw fault("it has no body");
  for (const [index, { identifier }] of sequences.entries()) {
    const isDoubled = sequences.findIndex((other) => other.identifier === identifier) !== index;
    if (isDoubled || find(body, identifier) !== undefined)
      throw fault(`the field ${JSON.stringify(identifier)} is there twice`);
  }
  return { requestId, responseTo, flags, body, sequences, sectionsEnd };
}

/** The documents of a sequence, each checked by its outermost length as it is reached. */
export function* documentsOf(sequence: DocumentSequence, onFault: ErrorCode): Generator<RawDocument, void, undefined> {
  for (let at = sequence.start; at < sequence.end;) {
    const document = documentAt(sequence.bytes, at, sequence.end, onFault);
    yield document;
    at = document.end;
  }
}

/** What a message of our own says. */
export interface OpMsgParts {
  readonly requestId: number;
  readonly responseTo: number;
  readonly body: Buffer;
}

/** A message with nothing but a body: no flags, no checksum. */
export function encodeOpMsg({ requestId, responseTo, body }: OpMsgParts): Buffer {
  const writer = beginMessage(new ByteWriter(), { requestId, responseTo, opCode: opCode.MSG });
  return finishMessage(writer.uint32LE(0).uint8(KIND_BODY).bytes(body));
}

/** `at` is behind the section's kind. */
function sequenceAt(bytes: Buffer, at: number, limit: number, fault: (what: string) => GatewayError): DocumentSequence {
  const length = limit - at < 4 ? -1 : bytes.readInt32LE(at);
  if (length < 5 || length > limit - at) throw fault("a section does not fit");
  const end = at + length;
  const start = nulTerminatedEnd(bytes, at + 4, end);
  if (start === -1) throw fault("a section's identifier has no end");
  return { identifier: bytes.toString("utf8", at + 4, start - 1), bytes, start, end };
}
