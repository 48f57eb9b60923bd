import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { MAX_PACKET_BYTES } from "../../messages/encode-packet.ts";
import { encodeErrPacket } from "../../messages/err-packet.ts";
import { writeLengthEncodedBytes, writeLengthEncodedInteger } from "../../messages/length-encoded.ts";
import { encodeOkPacket } from "../../messages/ok-packet.ts";
import { encodeStateChanges, type TellableChange } from "../../messages/state-changes.ts";
import { statusFlag } from "../../messages/status-flags.ts";

/** A message in its packets: a full one says that another follows, be it empty. */
export function message(sequence: number, ...parts: readonly (string | Uint8Array | readonly number[])[]): Buffer {
  const payload = Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))),
  );
  const packets: Buffer[] = [];
  for (let at = 0, id = sequence; at <= payload.length; at += MAX_PACKET_BYTES, id++) {
    const piece = payload.subarray(at, at + MAX_PACKET_BYTES);
    const header = Buffer.alloc(4);
    header.writeUIntLE(piece.length, 0, 3);
    header.writeUInt8(id % 256, 3);
    packets.push(header, piece);
  }
  return Buffer.concat(packets);
}

/** A bound value, as type and bytes; without bytes it is NULL. */
export interface TestValue {
  readonly type: number;
  readonly bytes?: string | readonly number[];
  /** It came before, in pieces. */
  readonly isLong?: true;
}

interface ExecuteOptions {
  readonly flags?: number;
  /** The types are not sent again. */
  readonly sameTypes?: true;
  /** The values are counted and named, as with query attributes. */
  readonly counted?: true;
}

const text = (bytes: string): TestValue => ({ type: 254, bytes: `${String.fromCharCode(bytes.length)}${bytes}` });

/** Values of the kinds that tests need most. */
export const value = { text, null: { type: 254 }, long: { type: 252, isLong: true } } as const satisfies Readonly<
  Record<string, TestValue | ((bytes: string) => TestValue)>
>;

function bound(values: readonly TestValue[], named: boolean, sameTypes: boolean): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const nulls = Buffer.alloc(Math.ceil(values.length / 8));
  for (const [at, { bytes, isLong }] of values.entries()) {
    if (bytes === undefined && isLong === undefined) nulls[at >> 3] = (nulls[at >> 3] ?? 0) | (1 << (at & 7));
  }
  const writer = new ByteWriter().bytes(nulls).uint8(sameTypes ? 0 : 1);
  for (const { type } of sameTypes ? [] : values) {
    writer.uint16LE(type);
    if (named) writeLengthEncodedBytes(writer, Buffer.from("n"));
  }
  for (const { bytes, isLong } of values)
    if (isLong === undefined) writer.bytes(typeof bytes === "string" ? Buffer.from(bytes) : Buffer.from(bytes ?? []));
  return writer.finish();
}

const uint32 = (number: number): Buffer => new ByteWriter().uint32LE(number).finish();

/** What a client sends: whole messages, each a command's. */
export const client = {
  query: (sql: string | Buffer) => message(0, [0x03], sql),
  /** With attributes, where those were negotiated. */
  queryWith: (sql: string, ...attributes: readonly TestValue[]) =>
    message(0, [0x03, attributes.length, 1], bound(attributes, true, false), sql),
  prepare: (sql: string | Buffer) => message(0, [0x16], sql),
  execute: (statement: number, values: readonly TestValue[] = [], options: ExecuteOptions = {}) =>
    message(
      0,
      [0x17],
      uint32(statement),
      [options.flags ?? 0],
      uint32(1),
      options.counted === true ? [values.length] : [],
      bound(values, options.counted === true, options.sameTypes === true),
    ),
  longData: (statement: number, parameter: number, data: string | Buffer) =>
    message(0, [0x18], uint32(statement), [parameter & 0xff, parameter >> 8], data),
  close: (statement: number) => message(0, [0x19], uint32(statement)),
  reset: (statement: number) => message(0, [0x1a], uint32(statement)),
  fetch: (statement: number, rows: number) => message(0, [0x1c], uint32(statement), uint32(rows)),
  initDb: (name: string) => message(0, [0x02], name),
  fieldList: (table: string) => message(0, [0x04], `${table}\0`),
  setOption: (multi: boolean) => message(0, [0x1b, multi ? 0 : 1, 0]),
  ping: () => message(0, [0x0e]),
  statistics: () => message(0, [0x09]),
  resetConnection: () => message(0, [0x1f]),
  quit: () => message(0, [0x01]),
  changeUser: (user: string) => message(0, [0x11], `${user}\0`, [0], "shop\0", [45, 0], "mysql_native_password\0"),
  command: (byte: number) => message(0, [byte]),
  file: (sequence: number, data: string | Buffer) => message(sequence, data),
};

interface Ending {
  readonly status?: number;
  readonly rows?: number;
  readonly info?: string;
  readonly changes?: readonly TellableChange[];
}

function ok(header: 0x00 | 0xfe, sequence: number, { status = 0, rows = 0, info = "", changes }: Ending): Buffer {
  const packet = {
    header,
    affectedRows: BigInt(rows),
    lastInsertId: 0n,
    status: status | statusFlag.AUTOCOMMIT,
    warnings: 0,
    info: Buffer.from(info),
    stateChanges: changes === undefined ? undefined : encodeStateChanges(changes),
  };
  return message(sequence, encodeOkPacket(packet, { sessionTrack: true }));
}

/** What a server answers: whole messages, each with its sequence id. */
export const server = {
  ok: (sequence: number, ending: Ending = {}) => ok(0x00, sequence, ending),
  /** The end of rows where EOF is no longer spoken. */
  okBehindRows: (sequence: number, ending: Ending = {}) => ok(0xfe, sequence, ending),
  eof: (sequence: number, status = 0) => message(sequence, [0xfe, 0, 0, status & 0xff, status >> 8]),
  err: (sequence: number, code = 1064) =>
    message(sequence, encodeErrPacket({ code, sqlState: "42000", message: "server's words" })),
  columns: (sequence: number, count: number) =>
    message(sequence, writeLengthEncodedInteger(new ByteWriter(), count).finish()),
  column: (sequence: number) => message(sequence, "\x03def\0\0\0\x01a\0\x0c", [45, 0, 0, 0, 0, 0, 253, 0, 0, 0, 0, 0]),
  row: (sequence: number, bytes: string) =>
    message(sequence, writeLengthEncodedBytes(new ByteWriter(), Buffer.from(bytes)).finish()),
  binaryRow: (sequence: number) => message(sequence, [0, 0, 1, 0x61]),
  prepared: (sequence: number, statement: number, parameters: number, columns: number) =>
    message(sequence, [0], uint32(statement), [columns, 0, parameters & 0xff, parameters >> 8, 0, 0, 0]),
  askFile: (sequence: number, name: string) => message(sequence, [0xfb], name),
};

/** A result of one column and these rows, in the older grammar, from this sequence id on. */
export function resultSet(sequence: number, rows: readonly string[], status = 0): readonly Buffer[] {
  const end = sequence + 3 + rows.length;
  return [
    server.columns(sequence, 1),
    server.column(sequence + 1),
    server.eof(sequence + 2, status),
    ...rows.map((row, at) => server.row(sequence + 3 + at, row)),
    server.eof(end, status),
  ];
}
