import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { ByteWriter } from "@sallyport/shared/bytes/byte-writer";

const NULL = 0xfb;
const TWO_BYTES = 0xfc;
const THREE_BYTES = 0xfd;
const EIGHT_BYTES = 0xfe;

/** An integer whose first byte says how long it is: one byte up to 250, then 2, 3 or 8 behind a prefix. */
export function readLengthEncodedInteger(reader: ByteReader): bigint {
  return integerBehind(reader, reader.uint8());
}

/** A length or a count: what does not fit a number is a fault, since nothing so long can follow. */
export function readLengthEncodedLength(reader: ByteReader): number {
  return lengthBehind(reader, reader.uint8());
}

/** A view of bytes behind their length, which is checked against what is there before it is believed. */
export function readLengthEncodedBytes(reader: ByteReader): Buffer {
  return reader.view(readLengthEncodedLength(reader));
}

/** As `readLengthEncodedBytes`, for the values of a row, of which one may be NULL: undefined. */
export function readNullableBytes(reader: ByteReader): Buffer | undefined {
  const first = reader.uint8();
  return first === NULL ? undefined : reader.view(lengthBehind(reader, first));
}

export function writeLengthEncodedInteger(writer: ByteWriter, value: number | bigint): ByteWriter {
  if (value < NULL) return writer.uint8(Number(value));
  if (value < 0x1_0000) return writer.uint8(TWO_BYTES).uint16LE(Number(value));
  if (value < 0x100_0000) return writer.uint8(THREE_BYTES).uint24LE(Number(value));
  return writer.uint8(EIGHT_BYTES).uint64LE(BigInt(value));
}

export function writeLengthEncodedBytes(writer: ByteWriter, bytes: Uint8Array): ByteWriter {
  return writeLengthEncodedInteger(writer, bytes.length).bytes(bytes);
}

function lengthBehind(reader: ByteReader, first: number): number {
  const length = integerBehind(reader, first);
  if (length > Number.MAX_SAFE_INTEGER) throw reader.fault(`a length of ${length}`);
  return Number(length);
}

function integerBehind(reader: ByteReader, first: number): bigint {
  if (first < NULL) return BigInt(first);
  switch (first) {
    case TWO_BYTES:
      return BigInt(reader.uint16LE());
    case THREE_BYTES:
      return BigInt(reader.uint24LE());
    case EIGHT_BYTES:
      return reader.uint64LE();
    default:
      throw reader.fault(`${first} begins no length-encoded integer`);
  }
}
