import fc from "fast-check";
import { command, lengthEncoded, type MysqlCommand, type MysqlValue } from "./mysql-commands.ts";

const { query, prepare, execute, longData, fetch, closeStatement, resetStatement } = command;

const texts = [
  "select 1",
  "select id, name from goods order by id",
  "select * from goods where 0",
  "select ? + 1",
  "select name, price from goods where id > ? order by id",
  "select n from many order by n",
  "insert into goods (name, price) values ('x', 1)",
  "insert into goods (id, name) values (1, 'twice')",
  "insert into goods (name, note) values (?, ?)",
  "update goods set price = price + 1",
  "delete from goods where id > 3",
  "delete from child",
  "call two_results(2)",
  "call fails_late()",
  "call gives_back(1, @m, @k)",
  "set @k = 2",
  "do 1",
  "select nothing_like_it",
  "show tables like 'goods'",
  "",
] as const;

/** Only as texts: what ends or begins a transaction, what changes how texts are read, and what may not be prepared. */
const queries = [
  ...texts.filter((text) => !text.includes("?")),
  "begin",
  "commit",
  "rollback",
  "savepoint s",
  "rollback to s",
  "select 1; select 2",
  "select 1; select nothing_like_it; select 3",
  "call two_results(1); do 1; select 'behind'",
  "begin; insert into goods (name) values ('z'); commit",
  "set sql_mode = 'ANSI_QUOTES'",
  "set sql_mode = ''",
  'select "a", id from goods order by id',
  "set names latin1",
  "set names utf8mb4",
  "set autocommit = 0",
  "set autocommit = 1",
  "prepare p from 'select ? + 1'",
  "execute p using @k",
  "execute p",
  "deallocate prepare p",
  "load data local infile 'f' into table loaded",
  "load data local infile 'f' into table no_such_table",
] as const;

const int = (value: number): MysqlValue => ({ type: 3, bytes: Buffer.of(value, 0, 0, 0) });
const note: MysqlValue = { type: 254, bytes: lengthEncoded("7") };
const nothing: MysqlValue = { type: 6, bytes: undefined };
const inPieces: MysqlValue = { type: 252, bytes: undefined, isLong: true };
const pairs: readonly (readonly MysqlValue[])[] = [
  [int(1), note],
  [note, int(2)],
  [nothing, nothing],
  [note, nothing],
];

/** A statement that was prepared in this conversation, or is yet to be. */
const statement = fc.integer({ min: 1, max: 5 });
/** The first is run with a cursor alone: run without one while that is open, it is answered by MySQL with half an answer. */
const another = fc.integer({ min: 2, max: 5 });

/** A command, or the few that belong together. */
const move: fc.Arbitrary<readonly MysqlCommand[]> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...queries).map((text) => [query(text)]) },
  { weight: 6, arbitrary: fc.constantFrom(...texts).map((text) => [prepare(text)]) },
  {
    weight: 12,
    arbitrary: fc
      .tuple(another, fc.constantFrom(...pairs))
      .map(([number, values]) => [execute(number, values, { asMany: true })]),
  },
  { weight: 4, arbitrary: fc.constant([execute(1, [], { cursor: true })]) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(another, fc.constantFrom("", "piece", "12"))
      .map(([number, piece]) => [
        longData(number, 0, piece),
        longData(number, 0, piece),
        execute(number, [inPieces, note], { asMany: true }),
      ]),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(statement, fc.integer({ min: 0, max: 5 })).map(([number, rows]) => [fetch(number, rows)]),
  },
  { weight: 2, arbitrary: statement.map((number) => [resetStatement(number)]) },
  { weight: 2, arbitrary: statement.map((number) => [closeStatement(number)]) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(
        command.setOption(true),
        command.setOption(false),
        command.resetConnection(),
        command.fieldList("goods"),
      )
      .map((one) => [one]),
  },
);

/** Cursors are for plain queries alone: servers differ about others, and some end. */
const first = prepare("select n from many order by n");

/** Any sequence of commands, most of which make some sense. */
export const mysqlConversations: fc.Arbitrary<readonly MysqlCommand[]> = fc
  .array(move, { minLength: 1, maxLength: 25, size: "max" })
  .map((moves) => withSureNames([first, ...moves.flat()]).map(named));

/**
 * Without what runs a name of SQL's own that a procedure may have given to another statement: the gateway refuses that, whatever the server
 * would do. Behind the next PREPARE the name is sure again.
 */
function withSureNames(commands: readonly MysqlCommand[]): readonly MysqlCommand[] {
  let hasPreparedCall = false;
  let isSure = true;
  return commands.filter(({ name }) => {
    const runs = name.startsWith("COM_QUERY execute p");
    if (name.startsWith("COM_QUERY prepare p")) isSure = true;
    if (name.startsWith("COM_STMT_PREPARE call")) hasPreparedCall = true;
    const calls = /^COM_QUERY .*\bcall /.test(name) || (hasPreparedCall && name.startsWith("COM_STMT_EXECUTE"));
    if (calls) isSure = false;
    return isSure || !runs;
  });
}

/** Told by its name in a counterexample. */
function named(one: MysqlCommand): MysqlCommand {
  return Object.assign({ [fc.toStringMethod]: () => one.name }, one);
}
