import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { elementType } from "./element-type.ts";

const GENERIC_SUBTYPE = 0;
const MIN_INT32 = -0x8000_0000;
const MAX_INT32 = 0x7fff_ffff;

/** A number that is written as a double though it is whole, as servers write `ok`. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/**
 * What can be written: a whole number of 32 bits as int32, any other as a double, a bigint as int64, a buffer as generic
 * binary.
 */
export type BsonValue =
  | string
  | boolean
  | number
  | bigint
  | null
  | Date
  | Buffer
  | Double
  | readonly BsonValue[]
  | BsonObject;

/** A document to write, its fields in the order of the object's. Those that are undefined are left out. */
export interface BsonObject {
  readonly [name: string]: BsonValue | undefined;
}

/** Writes a small document of our own. Names and their order are the caller's; none may hold a NUL. */
export function encodeDocument(document: BsonObject): Buffer {
  const writer = new ByteWriter();
  writeDocument(writer, Object.entries(document));
  return writer.finish();
}

function writeDocument(
  writer: ByteWriter,
  entries: readonly (readonly [name: string, value: BsonValue | undefined])[],
): void {
  const start = writer.length;
  writer.int32LE(0);
  for (const [name, value] of entries) {
    if (value !== undefined) writeElement(writer, name, value);
  }
  writer.uint8(0);
  writer.patchInt32LE(start, writer.length - start);
}

function writeElement(writer: ByteWriter, name: string, value: BsonValue): void {
  const element = (type: number): ByteWriter => writer.uint8(type).string(name);
  if (typeof value === "string") {
    const text = Buffer.from(value, "utf8");
    element(elementType.string)
      .int32LE(text.length + 1)
      .bytes(text)
      .uint8(0);
  } else if (typeof value === "boolean") element(elementType.boolean).uint8(value ? 1 : 0);
  else if (typeof value === "number") writeNumber(element, value);
  else if (typeof value === "bigint") element(elementType.int64).int64LE(value);
  else if (value === null) element(elementType.null);
  else if (value instanceof Date) element(elementType.date).int64LE(BigInt(value.getTime()));
  else if (value instanceof Double) element(elementType.double).doubleLE(value.value);
  else if (Buffer.isBuffer(value))
    element(elementType.binary).int32LE(value.length).uint8(GENERIC_SUBTYPE).bytes(value);
  else if (isList(value)) {
    element(elementType.array);
    writeDocument(
      writer,
      value.map((item, place) => [String(place), item]),
    );
  } else {
    element(elementType.document);
    writeDocument(writer, Object.entries(value));
  }
}

function writeNumber(element: (type: number) => ByteWriter, value: number): void {
  const isInt32 = Number.isInteger(value) && value >= MIN_INT32 && value <= MAX_INT32 && !Object.is(value, -0);
  if (isInt32) element(elementType.int32).int32LE(value);
  else element(elementType.double).doubleLE(value);
}

function isList(value: BsonObject | readonly BsonValue[]): value is readonly BsonValue[] {
  return Array.isArray(value);
}
