import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";

/** MaxTupleAttributeNumber: a server has no wider results. */
const MAX_COLUMNS = 1664;

/** In which of its two forms a value is sent. */
export type WireFormat = "text" | "binary";

/** What the server says of one column of a result. */
export interface ColumnDescription {
  readonly name: string;
  /** The table it is read from, by number; 0 where it is worked out. */
  readonly relation: number;
  /** The column's number in that table. */
  readonly column: number;
  /** The type's number; of a domain it is that of what the domain is made from. */
  readonly type: number;
  /** Negative: of varying length. */
  readonly size: number;
  readonly modifier: number;
  /** Always text in the description of a statement, whose formats are not known before it is bound. */
  readonly format: WireFormat;
}

/**
 * RowDescription ('T'): the columns of the rows that follow.
 *
 *     int16 n { name\0 int32 relation int16 column int32 type int16 size int32 modifier int16 format }*n
 */
export function decodeRowDescription(body: ByteReader): readonly ColumnDescription[] {
  const count = body.uint16();
  if (count > MAX_COLUMNS) throw body.fault(`a result has ${count} columns`);
  const columns: ColumnDescription[] = [];
  for (let index = 0; index < count; index++) columns.push(decodeColumn(body));
  body.expectEnd();
  return columns;
}

function decodeColumn(body: ByteReader): ColumnDescription {
  const name = body.string();
  const relation = body.int32() >>> 0;
  const column = body.int16();
  const type = body.int32() >>> 0;
  const size = body.int16();
  const modifier = body.int32();
  const format = body.int16();
  if (format !== 0 && format !== 1) throw body.fault(`a column has format ${format}`);
  return { name, relation, column, type, size, modifier, format: format === 1 ? "binary" : "text" };
}
