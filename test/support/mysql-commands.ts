import { flag } from "./mysql-flags.ts";

/** What the server's answer to a command is made of. */
export type AnswerKind = "none" | "ok" | "text" | "results" | "prepare" | "rows" | "columns";

/** What the bytes of a command depend on. */
export interface Terms {
  readonly flags: number;
  /** The number that the server gave to the statement that was prepared as the first, second, … of the session. */
  readonly numberOf: (prepared: number) => number;
  /** How many parameters it has. */
  readonly parametersOf: (prepared: number) => number;
}

/** A command of a script. Prepared statements are named by their turn in the session. */
export interface MysqlCommand {
  readonly name: string;
  readonly payload: (terms: Terms) => Buffer;
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
    payload: ({ flags }) =>
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
  execute: (statement: number, given: readonly MysqlValue[] = [], options: ExecuteOptions = {}): MysqlCommand => ({
    name: `COM_STMT_EXECUTE ${statement} (${given.map(({ type }) => type).join()}) ${JSON.stringify(options)}`,
    payload: ({ flags, numberOf, parametersOf }) => {
      const values = options.asMany === true ? given.slice(0, parametersOf(statement)) : given;
      const counted = (flags & flag.QUERY_ATTRIBUTES) !== 0;
      const cursor = options.cursor === true ? 1 : 0;
      return Buffer.concat([
        Buffer.of(0x17),
        uint32(numberOf(statement)),
        Buffer.of(counted ? cursor | VALUE_COUNT_AVAILABLE : cursor),
        uint32(1),
        counted ? Buffer.of(values.length) : Buffer.alloc(0),
        options.sameTypes === true ? withoutTypes(values) : bound(values, counted),
      ]);
    },
    answer: "results",
  }),
  longData: (statement: number, parameter: number, data: string | Buffer): MysqlCommand =>
    ofStatement("COM_STMT_SEND_LONG_DATA", 0x18, statement, "none", uint16(parameter), Buffer.from(data)),
  fetch: (statement: number, rows: number): MysqlCommand =>
    ofStatement("COM_STMT_FETCH", 0x1c, statement, "rows", uint32(rows)),
  closeStatement: (statement: number): MysqlCommand => ofStatement("COM_STMT_CLOSE", 0x19, statement, "none"),
  resetStatement: (statement: number): MysqlCommand => ofStatement("COM_STMT_RESET", 0x1a, statement, "ok"),
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
  /** Only as many of the values as the statement has parameters. */
  readonly asMany?: boolean;
}

function simple(name: string, parts: readonly [number, ...(string | Buffer)[]], answer: AnswerKind): MysqlCommand {
  const [first, ...rest] = parts;
  const payload = Buffer.concat([Buffer.of(first), ...rest.map((part) => Buffer.from(part))]);
  return { name, payload: () => payload, answer };
}

function ofStatement(
  name: string,
  code: number,
  statement: number,
  answer: AnswerKind,
  ...more: readonly Buffer[]
): MysqlCommand {
  return {
    name: `${name} ${statement} ${more.map((part) => part.toString("latin1", 0, 100)).join(" ")}`,
    payload: ({ numberOf }) => Buffer.concat([Buffer.of(code), uint32(numberOf(statement)), ...more]),
    answer,
  };
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
