import { command, lengthEncoded, type MysqlValue } from "../../support/mysql-commands.ts";
import type { MysqlScript } from "./script.ts";

const { prepare, execute, longData, fetch, closeStatement, resetStatement, query } = command;

const int = (value: number): MysqlValue => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return { type: 3, bytes };
};
const text = (value: string): MysqlValue => ({ type: 254, bytes: lengthEncoded(value) });
const nothing: MysqlValue = { type: 6, bytes: undefined };
const double = (value: number): MysqlValue => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return { type: 5, bytes };
};
const dateTime: MysqlValue = { type: 12, bytes: Buffer.of(11, 0xe8, 0x07, 2, 29, 12, 34, 56, 0x40, 0x0d, 0x03, 0) };
const date: MysqlValue = { type: 10, bytes: Buffer.of(4, 0xe8, 0x07, 2, 29) };
const time: MysqlValue = { type: 11, bytes: Buffer.of(8, 1, 2, 0, 0, 0, 3, 4, 5) };

/** One of every type that a client may bind. */
const everyType: readonly MysqlValue[] = [
  { type: 1, bytes: Buffer.of(0x80) },
  { type: 1, unsigned: true, bytes: Buffer.of(0xff) },
  { type: 2, bytes: Buffer.of(0, 0x80) },
  int(-7),
  { type: 3, unsigned: true, bytes: Buffer.of(0xff, 0xff, 0xff, 0xff) },
  { type: 8, bytes: Buffer.from("0000000000000080", "hex") },
  { type: 8, unsigned: true, bytes: Buffer.from("ffffffffffffffff", "hex") },
  { type: 4, bytes: Buffer.of(0, 0, 0xc0, 0x3f) },
  double(-2.25),
  { type: 246, bytes: lengthEncoded("12345.6789") },
  date,
  time,
  dateTime,
  { type: 7, bytes: Buffer.of(0) },
  text("zwölf 😀"),
  { type: 252, bytes: lengthEncoded(Buffer.alloc(300, 0xff)) },
  { type: 253, bytes: lengthEncoded("x".repeat(70_000)) },
  nothing,
];

/** The binary protocol. The server numbers its statements from 1 in every session. */
export const preparedScripts: readonly MysqlScript[] = [
  {
    name: "values of all types",
    commands: [
      prepare("select * from kinds order by i1"),
      execute(1),
      execute(1),
      resetStatement(1),
      execute(1),
      closeStatement(1),
    ],
  },
  {
    name: "parameters of all types",
    commands: [
      prepare(`select ${everyType.map(() => "?").join(", ")}`),
      execute(1, everyType),
      execute(1, everyType, { sameTypes: true }),
      execute(
        1,
        everyType.map(() => nothing),
      ),
      execute(
        1,
        everyType.map(() => text("7")),
      ),
    ],
  },
  {
    name: "changes",
    commands: [
      prepare("insert into goods (name, price) values (?, ?)"),
      execute(1, [text("eggs"), double(1.25)]),
      execute(1, [text("milk"), nothing]),
      execute(1, [nothing, nothing]),
      prepare("update goods set price = ? where id > ?"),
      execute(2, [int(3), int(2)]),
      execute(2, [int(4), int(1)], { sameTypes: true }),
      query("select * from goods"),
    ],
  },
  {
    name: "values in pieces",
    commands: [
      prepare("insert into goods (name, note) values (?, ?)"),
      longData(1, 1, "many "),
      longData(1, 1, "pieces"),
      execute(1, [text("a"), { type: 252, bytes: undefined, isLong: true }]),
      longData(1, 0, "forgotten"),
      resetStatement(1),
      execute(1, [text("b"), text("whole")]),
      longData(1, 1, ""),
      execute(1, [text("c"), { type: 252, bytes: undefined, isLong: true }]),
      query("select name, note from goods order by id"),
    ],
  },
  {
    name: "cursors",
    commands: [
      prepare("select n from many order by n"),
      execute(1, [], { cursor: true }),
      fetch(1, 30),
      fetch(1, 0),
      fetch(1, 69),
      query("select 'between'"),
      fetch(1, 5),
      fetch(1, 5),
      execute(1, [], { cursor: true }),
      fetch(1, 1),
      resetStatement(1),
      fetch(1, 1),
      execute(1, [], { cursor: true }),
      fetch(1, 1000),
      closeStatement(1),
      fetch(1, 1),
    ],
  },
  {
    name: "two cursors side by side",
    commands: [
      prepare("select n from many where n < ? order by n"),
      prepare("select name, price from goods order by id"),
      execute(1, [int(5)], { cursor: true }),
      execute(2, [], { cursor: true }),
      fetch(1, 2),
      fetch(2, 2),
      fetch(1, 9),
      fetch(2, 9),
    ],
  },
  {
    name: "errors",
    commands: [
      prepare("selec 1"),
      prepare("select nothing_like_it"),
      prepare("select * from no_such_table"),
      prepare(""),
      execute(9),
      prepare("select 1"),
      fetch(1, 1),
      closeStatement(1),
      closeStatement(1),
      execute(1),
      resetStatement(7),
      prepare("insert into child values (?, ?)"),
      execute(2, [int(1), int(999)]),
      execute(2, [int(1), int(1)]),
      execute(2, [int(1), int(1)]),
    ],
  },
  {
    name: "procedures",
    commands: [
      prepare("call two_results(?)"),
      execute(1, [int(2)]),
      prepare("call gives_back(?, ?, ?)"),
      execute(2, [int(1), nothing, int(21)]),
      prepare("call fails_late()"),
      execute(3),
      query("select 1"),
    ],
  },
  {
    name: "what has neither parameters nor columns",
    commands: [
      prepare("do 1"),
      execute(1),
      prepare("set @a = ?"),
      execute(2, [text("x")]),
      prepare("commit"),
      execute(3),
      prepare("show tables"),
      execute(4),
      prepare("drop table if exists not_there"),
      execute(5),
      query("show warnings"),
    ],
  },
  {
    name: "a table that changes behind a statement",
    commands: [
      prepare("select * from goods where id = 1"),
      execute(1),
      query("alter table goods add column more int default 5"),
      execute(1),
      query("drop table child, goods"),
      execute(1),
    ],
  },
];
