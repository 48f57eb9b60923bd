import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { readLengthEncodedBytes, readLengthEncodedLength, writeLengthEncodedBytes } from "./length-encoded.ts";

/** Drivers send some ten. */
const MAX_ATTRIBUTES = 128;

/** What a client's program tells of itself, for the server's own views. */
export type ConnectionAttributes = readonly (readonly [name: string, value: string])[];

/** They are in whatever encoding the client's system has, and only shown: bytes that are not UTF-8 are no fault. */
export function decodeConnectionAttributes(body: ByteReader): ConnectionAttributes {
  const reader = body.part(readLengthEncodedLength(body));
  const attributes: [string, string][] = [];
  while (reader.remaining > 0) {
    if (attributes.length === MAX_ATTRIBUTES) throw body.fault("too many connection attributes");
    const name = readLengthEncodedBytes(reader).toString("utf8");
    attributes.push([name, readLengthEncodedBytes(reader).toString("utf8")]);
  }
  return attributes;
}

export function writeConnectionAttributes(writer: ByteWriter, attributes: ConnectionAttributes): ByteWriter {
  const block = new ByteWriter();
  for (const part of attributes.flat()) writeLengthEncodedBytes(block, Buffer.from(part, "utf8"));
  return writeLengthEncodedBytes(writer, block.finish());
}
