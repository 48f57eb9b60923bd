import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { Parameter } from "@sallyport/shared/statement";
import { readLengthEncodedBytes } from "./length-encoded.ts";

const UNSIGNED = 0x8000;

/** Types of values as the binary protocol numbers them. */
const type = {
  DECIMAL: 0,
  TINY: 1,
  SHORT: 2,
  LONG: 3,
  FLOAT: 4,
  DOUBLE: 5,
  TIMESTAMP: 7,
  LONGLONG: 8,
  INT24: 9,
  DATE: 10,
  TIME: 11,
  DATETIME: 12,
  YEAR: 13,
  VARCHAR: 15,
  BIT: 16,
  JSON: 245,
  NEWDECIMAL: 246,
  ENUM: 247,
  SET: 248,
  TINY_BLOB: 249,
  MEDIUM_BLOB: 250,
  LONG_BLOB: 251,
  BLOB: 252,
  VAR_STRING: 253,
  STRING: 254,
  GEOMETRY: 255,
} as const;

const binaryTypes: ReadonlySet<number> = new Set([
  type.BIT,
  type.TINY_BLOB,
  type.MEDIUM_BLOB,
  type.LONG_BLOB,
  type.BLOB,
  type.GEOMETRY,
]);

const textTypes: ReadonlySet<number> = new Set([
  type.DECIMAL,
  type.VARCHAR,
  type.JSON,
  type.NEWDECIMAL,
  type.ENUM,
  type.SET,
  type.VAR_STRING,
  type.STRING,
]);

/**
 * Reads a bound value of a type, whose highest bit says that it is unsigned. What is plain becomes text for the record, everything
 * else stays bytes. A type that is not known is a fault and never a guess: behind the values of a query stands its text, and servers
 * that read more or less of a value than we do would see another one. `isNamed`: MySQL takes years and 24-bit numbers for texts there.
 */
export function readBinaryValue(reader: ByteReader, typeAndSign: number, isNamed: boolean): Parameter {
  const isUnsigned = (typeAndSign & UNSIGNED) !== 0;
  const kind = typeAndSign & ~UNSIGNED;
  if (isNamed && (kind === type.YEAR || kind === type.INT24)) throw reader.fault(`an attribute of type ${kind}`);
  switch (kind) {
    case type.TINY: {
      const value = reader.uint8();
      return text(String(isUnsigned ? value : (value << 24) >> 24));
    }
    case type.SHORT:
    case type.YEAR: {
      const value = reader.uint16LE();
      return text(String(isUnsigned ? value : (value << 16) >> 16));
    }
    case type.LONG:
    case type.INT24:
      return text(String(isUnsigned ? reader.uint32LE() : reader.int32LE()));
    case type.LONGLONG:
      return text(String(isUnsigned ? reader.uint64LE() : reader.int64LE()));
    case type.FLOAT:
      return text(String(reader.floatLE()));
    case type.DOUBLE:
      return text(String(reader.doubleLE()));
    case type.DATE:
    case type.DATETIME:
    case type.TIMESTAMP:
      return text(dateIn(reader));
    case type.TIME:
      return text(timeIn(reader));
    default: {
      const format = textTypes.has(kind) ? "text" : "binary";
      if (format === "binary" && !binaryTypes.has(kind)) throw reader.fault(`a value of type ${kind}`);
      return { format, value: Buffer.from(readLengthEncodedBytes(reader)) };
    }
  }
}

/** Length, then year, month, day; hour, minute, second; microseconds: as much of it as is not zero. */
function dateIn(reader: ByteReader): string {
  const part = reader.part(reader.uint8());
  if (part.remaining === 0) return "0000-00-00";
  const day = `${digits(part.uint16LE(), 4)}-${digits(part.uint8(), 2)}-${digits(part.uint8(), 2)}`;
  return part.remaining === 0 ? day : `${day} ${clockIn(part)}`;
}

/** Length, then sign, days, hour, minute, second; microseconds. */
function timeIn(reader: ByteReader): string {
  const part = reader.part(reader.uint8());
  if (part.remaining === 0) return "00:00:00";
  const sign = part.uint8() === 0 ? "" : "-";
  const days = part.uint32LE();
  return `${sign}${days === 0 ? "" : `${days} `}${clockIn(part)}`;
}

function clockIn(part: ByteReader): string {
  const clock = `${digits(part.uint8(), 2)}:${digits(part.uint8(), 2)}:${digits(part.uint8(), 2)}`;
  const micros = part.remaining === 0 ? "" : `.${digits(part.uint32LE(), 6)}`;
  part.expectEnd();
  return clock + micros;
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, "0");
}

function text(value: string): Parameter {
  return { format: "text", value: Buffer.from(value) };
}
