import { flag } from "./mysql-flags.ts";

/** What the server's answer to a command is made of. */
export type AnswerKind = "none" | "ok" | "text" | "results" | "prepare" | "rows" | "columns";

/** A command of a script. Its bytes depend on what was negotiated. */
export interface MysqlCommand {
  readonly name: string;
  readonly payload: (flags: number) => Buffer;
  readonly answer: AnswerKind;
}

/** A value that is bound to a parameter, or an attribute of a query, as type and bytes. */
export interface MysqlValue {
  readonly name?: string;
  /** 128 marks what has no sign. */
  readonly type: number;
  readonly unsigned?: boolean;
  /** Undefined: NULL. */
  readonly bytes: Buffer | undefined;
  /** It was sent before, in pieces. */
  readonly isLong?: boolean;
}

const VALUE_COUNT_AVAILABLE = 8;

/** The commands of the protocol, by what they do. */
export const command = {
  query: (text: string | Buffer, attributes: readonly MysqlValue[] = []): MysqlCommand => ({
    name: `COM_QUERY ${text.toString().slice(0, 200)}`,
    payload: (flags) =>
      Buffer.concat([
        Buffer.of(0x03),
        (flags & flag.QUERY_ATTRIBUTES) === 0
          ? Buffer.alloc(0)
          : Buffer.concat([Buffer.of(attributes.length, 1), bound(attributes, true)]),
        Buffer.from(text),
      ]),
    answer: "results",
  }),
  prepare: (text: string): MysqlCommand => simple(`COM_STMT_PREPARE ${text}`, [0x16, text], "prepare"),
  execute: (statement: number, values: readonly MysqlValue[] = [], options: ExecuteOptions = {}): MysqlCommand => ({
    name: `COM_STMT_EXECUTE ${statement} (${values.map(({ type }) => type).join()}) ${JSON.stringify(options)}`,
    payload: (flags) => {
      const counted = (flags & flag.QUERY_ATTRIBUTES) !== 0;
      const cursor = options.cursor === true ? 1 : 0;
      return Buffer.concat([
        Buffer.of(0x17),
        uint32(statement),
        Buffer.of(counted ? cursor | VALUE_COUNT_AVAILABLE : cursor),
        uint32(1),
        counted ? Buffer.of(values.length) : Buffer.alloc(0),
        options.sameTypes === true ? withoutTypes(values) : bound(values, counted),
      ]);
    },
    answer: "results",
  }),
  longData: (statement: number, parameter: number, data: string | Buffer): MysqlCommand =>
    simple(
      `COM_STMT_SEND_LONG_DATA ${statement} ${parameter}`,
      [0x18, uint32(statement), uint16(parameter), data],
      "none",
    ),
  fetch: (statement: number, rows: number): MysqlCommand =>
    simple(`COM_STMT_FETCH ${statement} ${rows}`, [0x1c, uint32(statement), uint32(rows)], "rows"),
  closeStatement: (statement: number): MysqlCommand =>
    simple(`COM_STMT_CLOSE ${statement}`, [0x19, uint32(statement)], "none"),
  resetStatement: (statement: number): MysqlCommand =>
    simple(`COM_STMT_RESET ${statement}`, [0x1a, uint32(statement)], "ok"),
  initDb: (name: string): MysqlCommand => simple(`COM_INIT_DB ${name}`, [0x02, name], "ok"),
  fieldList: (table: string, wild = ""): MysqlCommand =>
    simple(`COM_FIELD_LIST ${table}`, [0x04, `${table}\0${wild}`], "columns"),
  statistics: (): MysqlCommand => simple("COM_STATISTICS", [0x09], "text"),
  ping: (): MysqlCommand => simple("COM_PING", [0x0e], "ok"),
  setOption: (multiStatements: boolean): MysqlCommand =>
    simple(`COM_SET_OPTION ${multiStatements}`, [0x1b, uint16(multiStatements ? 0 : 1)], "ok"),
  resetConnection: (): MysqlCommand => simple("COM_RESET_CONNECTION", [0x1f], "ok"),
} as const;

interface ExecuteOptions {
  readonly cursor?: boolean;
  /** The types are those of the last execution, and are not sent. */
  readonly sameTypes?: boolean;
}

function simple(name: string, parts: readonly [number, ...(string | Buffer)[]], answer: AnswerKind): MysqlCommand {
  const [first, ...rest] = parts;
  const payload = Buffer.concat([Buffer.of(first), ...rest.map((part) => Buffer.from(part))]);
  return { name, payload: () => payload, answer };
}

/** Null bitmap, types, values. */
function bound(values: readonly MysqlValue[], named: boolean): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const types = values.map(({ type, unsigned, name = "" }) =>
    Buffer.concat([Buffer.of(type, unsigned === true ? 128 : 0), named ? lengthEncoded(name) : Buffer.alloc(0)]),
  );
  return Buffer.concat([nulls(values), Buffer.of(1), ...types, ...bytesOf(values)]);
}

function withoutTypes(values: readonly MysqlValue[]): Buffer {
  return Buffer.concat([nulls(values), Buffer.of(0), ...bytesOf(values)]);
}

function nulls(values: readonly MysqlValue[]): Buffer {
  const bitmap = Buffer.alloc(Math.ceil(values.length / 8));
  for (const [at, { bytes, isLong }] of values.entries()) {
    if (bytes === undefined && isLong !== true) bitmap[at >> 3] = (bitmap[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return bitmap;
}

function bytesOf(values: readonly MysqlValue[]): readonly Buffer[] {
  return values.flatMap(({ bytes, isLong }) => (bytes === undefined || isLong === true ? [] : [bytes]));
}

/** A string with its length before it. */
export function lengthEncoded(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length < 0xfb) return Buffer.concat([Buffer.of(bytes.length), bytes]);
  if (bytes.length < 0x1_0000) return Buffer.concat([Buffer.of(0xfc), uint16(bytes.length), bytes]);
  const length = Buffer.alloc(8);
  if (bytes.length < 0x100_0000) {
    length.writeUIntLE(bytes.length, 0, 3);
    return Buffer.concat([Buffer.of(0xfd), length.subarray(0, 3), bytes]);
  }
  length.writeUIntLE(bytes.length, 0, 6);
  return Buffer.concat([Buffer.of(0xfe), length, bytes]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
