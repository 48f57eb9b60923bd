import { serialize, type Document } from "bson";
import { crc32c } from "../doubles/mongod/crc32c.ts";
import { mongoMessage } from "./mongo-messages.ts";

const OP_MSG = 2013;
const CHECKSUM_BYTES = 4;

/** The bits of OP_MSG's flags. */
export const msgFlag = { checksum: 1, moreToCome: 2, exhaust: 0x1_0000 } as const;

/** What a message is made of. */
export interface MongoParts {
  readonly body: Document;
  /** Document sequences by their names. */
  readonly sequences?: Readonly<Record<string, readonly Document[]>>;
  readonly flags?: number;
  /** Whether the sequences come before the body, which is allowed and rare. */
  readonly bodyLast?: boolean;
}

/** A command as OP_MSG with all that there may be to one. Where the flags say that it has a checksum, it has the right one. */
export function mongoSections(requestId: number, { body, sequences = {}, flags = 0, bodyLast }: MongoParts): Buffer {
  const bodySection = Buffer.concat([Buffer.of(0), serialize(body, { ignoreUndefined: true })]);
  const others = Object.entries(sequences).map(([name, documents]) => sequenceSection(name, documents));
  const start = Buffer.alloc(4);
  start.writeUInt32LE(flags);
  const hasChecksum = (flags & msgFlag.checksum) !== 0;
  const message = mongoMessage(
    OP_MSG,
    requestId,
    Buffer.concat([
      start,
      ...(bodyLast === true ? [...others, bodySection] : [bodySection, ...others]),
      Buffer.alloc(hasChecksum ? CHECKSUM_BYTES : 0),
    ]),
  );
  if (hasChecksum) message.writeUInt32LE(crc32c(message.subarray(0, -CHECKSUM_BYTES)), message.length - CHECKSUM_BYTES);
  return message;
}

function sequenceSection(name: string, documents: readonly Document[]): Buffer {
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map((each) => serialize(each))]);
  const start = Buffer.alloc(5);
  start.writeUInt8(1);
  start.writeInt32LE(4 + content.length, 1);
  return Buffer.concat([start, content]);
}
