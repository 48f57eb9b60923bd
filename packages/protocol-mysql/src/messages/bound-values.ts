import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { Parameter } from "@sallyport/shared/statement";
import { readBinaryValue } from "./binary-value.ts";
import { readLengthEncodedBytes, readLengthEncodedLength } from "./length-encoded.ts";

/** A statement has at most so many parameters, and a client may name no more attributes. */
const MAX_VALUES = 65_535;

/** How values are laid out. */
export interface BoundLayout {
  readonly count: number;
  /** Whether each type has a name behind it. */
  readonly named: boolean;
  /** The types of the last time, for a client that does not send them again. */
  readonly lastTypes: readonly number[] | undefined;
  /** Values that came before, in pieces, by their number: nothing of them is here. */
  readonly sentBefore?: ReadonlyMap<number, Parameter>;
}

/** Values, and the types to remember. */
export interface BoundValues {
  readonly types: readonly number[];
  readonly values: readonly Parameter[];
}

const NULL_VALUE: Parameter = { format: "text", value: undefined };

/**
 * Undefined where the types are neither here nor known from before.
 *
 *     which are NULL, a bit each | types follow | types (and names) | values
 *             (count+7)/8        |      1       |     2 each        |
 */
export function readBoundValues(reader: ByteReader, layout: BoundLayout): BoundValues | undefined {
  const { count, named, sentBefore } = layout;
  if (count > MAX_VALUES) throw reader.fault(`${count} values`);
  const nulls = reader.view(Math.floor((count + 7) / 8));
  const typesFollow = reader.uint8();
  if (typesFollow > 1) throw reader.fault(`types that are ${typesFollow} instead of there or not`);
  const types = typesFollow === 1 ? readTypes(reader, count, named) : layout.lastTypes;
  if (types === undefined) return undefined;
  if (types.length !== count) throw reader.fault(`${count} values without their types`);
  const values = types.map((type, at) => {
    const before = sentBefore?.get(at);
    if (before !== undefined) return before;
    return isNull(nulls, at) ? NULL_VALUE : readBinaryValue(reader, type, named);
  });
  return { types, values };
}

/** How many values there are, in front of a text or an execution that has attributes. */
export function readValueCount(reader: ByteReader): number {
  return readLengthEncodedLength(reader);
}

function readTypes(reader: ByteReader, count: number, named: boolean): readonly number[] {
  const types: number[] = [];
  for (let at = 0; at < count; at++) {
    types.push(reader.uint16LE());
    if (named) readLengthEncodedBytes(reader);
  }
  return types;
}

function isNull(nulls: Buffer, at: number): boolean {
  return ((nulls[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
}
