import type { WireFormat } from "../messages/row-description.ts";

/** In front of the text in jsonb's binary form. */
const VERSION_BYTES = 1;

/**
 * How values of a type are handled. `text`: it is text and stays so under any mask. `xml`, `json`, `jsonb`: text that must stay well-formed.
 * `array`: by its elements. `integer`, `bigint`, `uuid`, `bytea`: have keyed values of their own type. `bigint`, `numeric`, `lexemes`: a find in
 * the text form hides all of it. `plain`: anything else that is known. `opaque`: what is inside cannot be told.
 */
export type TypeKind =
  | "text"
  | "xml"
  | "json"
  | "jsonb"
  | "array"
  | "integer"
  | "bigint"
  | "numeric"
  | "uuid"
  | "bytea"
  | "lexemes"
  | "plain"
  | "opaque";

/** A type as its values come over the wire. */
export interface WireType {
  readonly kind: TypeKind;
  /** What `redact` shows, in both forms; undefined: NULL. */
  readonly redacted: { readonly text: Buffer; readonly binary: Buffer } | undefined;
  /** The number of an array's element type. */
  readonly element: number | undefined;
}

/** Types that others make, and those of the server that nobody has thought about. */
const opaque: WireType = { kind: "opaque", redacted: undefined, element: undefined };

const textTypes = { text: 25, varchar: 1043, bpchar: 1042, name: 19, unknown: 705, cstring: 2275, refcursor: 1790 };

/** Number, kind, and what is shown: as text, and in hexadecimal as binary. */
const scalars: readonly (readonly [oid: number, kind: TypeKind, text: string, binary: string])[] = [
  ...Object.values(textTypes).map((oid) => [oid, "text", "[redacted]", hexOf("[redacted]")] as const),
  // bool, "char"
  [16, "plain", "f", "00"],
  [18, "plain", "*", "2a"],
  [17, "bytea", String.raw`\x`, ""],
  [142, "xml", "[redacted]", hexOf("[redacted]")],
  [114, "json", '"[redacted]"', hexOf('"[redacted]"')],
  [3802, "jsonb", '"[redacted]"', `01${hexOf('"[redacted]"')}`],
  // jsonpath
  [4072, "lexemes", "$", `01${hexOf("$")}`],
  // int2, int4, int8, oid, xid, cid, xid8
  [21, "integer", "0", zeros(2)],
  [23, "integer", "0", zeros(4)],
  [20, "bigint", "0", zeros(8)],
  [26, "plain", "0", zeros(4)],
  [28, "plain", "0", zeros(4)],
  [29, "plain", "0", zeros(4)],
  [5069, "plain", "0", zeros(8)],
  // float4, float8, numeric, money
  [700, "plain", "0", zeros(4)],
  [701, "plain", "0", zeros(8)],
  [1700, "numeric", "0", zeros(8)],
  [790, "plain", "$0.00", zeros(8)],
  [2950, "uuid", "00000000-0000-0000-0000-000000000000", zeros(16)],
  // date, time, timetz, timestamp, timestamptz, interval
  [1082, "plain", "1970-01-01", int32(-10_957)],
  [1083, "plain", "00:00:00", zeros(8)],
  [1266, "plain", "00:00:00+00", zeros(12)],
  [1114, "plain", "1970-01-01 00:00:00", int64(-946_684_800_000_000n)],
  [1184, "plain", "1970-01-01 00:00:00+00", int64(-946_684_800_000_000n)],
  [1186, "plain", "00:00:00", zeros(16)],
  // inet, cidr: family, bits, whether a cidr, length, address
  [869, "plain", "0.0.0.0", "0220000400000000"],
  [650, "plain", "0.0.0.0/0", "0200010400000000"],
  // macaddr, macaddr8
  [829, "plain", "00:00:00:00:00:00", zeros(6)],
  [774, "plain", "00:00:00:00:00:00:00:00", zeros(8)],
  // bit, varbit: the number of bits and the bits
  [1560, "plain", "0", `${int32(1)}00`],
  [1562, "plain", "", int32(0)],
  // pg_lsn
  [3220, "plain", "0/0", zeros(8)],
  // tsvector, tsquery
  [3614, "lexemes", "", int32(0)],
  [3615, "lexemes", "'redacted'", `${int32(1)}010000${hexOf("redacted\0")}`],
  // int4range, numrange, tsrange, tstzrange, daterange, int8range
  ...[3904, 3906, 3908, 3910, 3912, 3926].map((oid) => [oid, "plain", "empty", "01"] as const),
  // their multiranges
  ...[4451, 4532, 4533, 4534, 4535, 4536].map((oid) => [oid, "plain", "{}", int32(0)] as const),
];

/** Without a neutral value: tid, point, lseg, path, box, polygon, line, circle, and what names objects of the database. */
const withoutNeutral = [
  27, 600, 601, 602, 603, 604, 628, 718, 24, 2202, 2203, 2204, 2205, 2206, 4096, 4089, 3734, 3769,
];

/** Numbers of array types by those of their elements. */
const arrays: Readonly<Record<number, number>> = {
  16: 1000,
  17: 1001,
  18: 1002,
  19: 1003,
  20: 1016,
  21: 1005,
  23: 1007,
  24: 1008,
  25: 1009,
  26: 1028,
  27: 1010,
  28: 1011,
  29: 1012,
  114: 199,
  142: 143,
  600: 1017,
  601: 1018,
  602: 1019,
  603: 1020,
  604: 1027,
  628: 629,
  650: 651,
  700: 1021,
  701: 1022,
  718: 719,
  774: 775,
  790: 791,
  829: 1040,
  869: 1041,
  1042: 1014,
  1043: 1015,
  1082: 1182,
  1083: 1183,
  1114: 1115,
  1184: 1185,
  1186: 1187,
  1266: 1270,
  1560: 1561,
  1562: 1563,
  1700: 1231,
  1790: 2201,
  2202: 2207,
  2203: 2208,
  2204: 2209,
  2205: 2210,
  2206: 2211,
  2275: 1263,
  2950: 2951,
  3220: 3221,
  3614: 3643,
  3615: 3645,
  3734: 3735,
  3769: 3770,
  3802: 3807,
  3904: 3905,
  3906: 3907,
  3908: 3909,
  3910: 3911,
  3912: 3913,
  3926: 3927,
  4072: 4073,
  4089: 4090,
  4096: 4097,
  4451: 6150,
  4532: 6151,
  4533: 6152,
  4534: 6153,
  4535: 6155,
  4536: 6157,
  5069: 271,
};

/** Types of arrays that came with the server, of whose elements none is a row. */
export const knownArrays: ReadonlySet<number> = new Set(Object.values(arrays));

const types: ReadonlyMap<number, WireType> = new Map([
  ...scalars.map(([oid, kind, text, binary]) => [oid, known(kind, text, binary)] as const),
  ...withoutNeutral.map((oid) => [oid, { ...opaque, kind: "plain" }] as const),
  ...Object.entries(arrays).map(([element, oid]) => [oid, arrayOf(Number(element))] as const),
]);

/** What is known of a type by its number; undefined: nobody said which it is. */
export function wireTypeOf(oid: number | undefined): WireType {
  return (oid === undefined ? undefined : types.get(oid)) ?? opaque;
}

/** Where the text begins in a value that is made of one. */
export function textOffset({ kind }: WireType, format: WireFormat): number {
  return kind === "jsonb" && format === "binary" ? VERSION_BYTES : 0;
}

function known(kind: TypeKind, text: string, binary: string): WireType {
  return { kind, redacted: { text: Buffer.from(text), binary: Buffer.from(binary, "hex") }, element: undefined };
}

/** An empty array: no dimensions, no NULLs, the element's type. */
function arrayOf(element: number): WireType {
  const binary = Buffer.from(int32(0) + int32(0) + int32(element), "hex");
  return { kind: "array", redacted: { text: Buffer.from("{}"), binary }, element };
}

function hexOf(text: string): string {
  return Buffer.from(text).toString("hex");
}

function zeros(bytes: number): string {
  return "00".repeat(bytes);
}

function int32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes.toString("hex");
}

function int64(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes.toString("hex");
}
