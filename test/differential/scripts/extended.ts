import { send } from "../../support/pg-client-messages.ts";
import { answered, extended, query, script, step, type Script } from "./script.ts";

const { parse, bind, describe, execute, close, sync, flush } = send;

/** The extended protocol in every order that a server permits or forbids. */
export const extendedScripts: readonly Script[] = [
  script("one statement with a parameter", step(...extended("select $1::int + 1", "41"), sync())),
  script(
    "types given, taken and returned in binary",
    step(
      parse("", "select $1, $2::text", [23]),
      describe("S", ""),
      bind("", "", { values: [Buffer.from([0, 0, 0, 7]), "x"], formats: [1, 0], resultFormats: [1] }),
      execute(""),
      sync(),
    ),
  ),
  script(
    "a statement used many times",
    step(parse("s", "select v from t where id = $1"), describe("S", "s"), sync()),
    step(...["1", "2", "999"].flatMap((id) => [bind("", "s", { values: [id] }), execute("")]), sync()),
    step(bind("p1", "s", { values: ["1"] }), bind("p2", "s", { values: ["2"] }), execute("p2"), execute("p1"), sync()),
    step(close("S", "s"), close("S", "s"), sync()),
    step(bind("", "s", { values: ["1"] }), execute(""), sync()),
  ),
  script(
    "a portal fetched in parts",
    query("begin"),
    step(parse("", "select id from t order by id"), bind("p", ""), execute("p", 20), sync()),
    step(execute("p", 20), flush(), execute("p", 20), sync()),
    step(execute("p", 20), sync()),
    step(describe("P", "p"), close("P", "p"), execute("p"), sync()),
    query("rollback"),
  ),
  script(
    "a portal that ends with its implicit transaction",
    step(parse("", "select id from t order by id"), bind("p", ""), execute("p", 3), sync()),
    step(execute("p", 3), sync()),
    step(bind("p", ""), execute("p", 3), execute("p", 3), close("P", "p"), bind("p", ""), sync()),
  ),
  script(
    "the empty query",
    step(...extended(""), sync()),
    step(...extended(" -- nothing"), sync()),
    query(""),
    query(" ; ; "),
  ),
  script(
    "no rows, no columns",
    step(...extended("select"), sync()),
    step(...extended("select 1 where false"), sync()),
    step(...extended("select from t limit 2"), sync()),
  ),
  script(
    "what returns nothing to describe",
    step(...extended("create table made (a int)"), sync()),
    step(parse("s", "drop table made"), describe("S", "s"), bind("", "s"), describe("P", ""), execute(""), sync()),
  ),
  script(
    "portals that ran already",
    step(parse("", "insert into target values (1, 'x')"), bind("p", ""), execute("p"), execute("p"), sync()),
    query("select * from target"),
  ),
  script(
    "rows of a change, in parts",
    query("begin"),
    step(
      parse("", "update t set v = v || '!' where id <= 5 returning id"),
      bind("p", ""),
      execute("p", 2),
      execute("p", 2),
      execute("p", 2),
      sync(),
    ),
    query("commit"),
  ),
  script(
    "several statements in one Parse",
    step(parse("s", "select 1; select 2"), sync()),
    step(bind("", "s"), execute(""), sync()),
  ),
  script(
    "a name that is taken",
    step(parse("s", "select 1"), sync()),
    step(parse("s", "select 2"), sync()),
    step(bind("", "s"), execute(""), sync()),
  ),
  script(
    "a portal name that is taken",
    query("begin"),
    step(parse("s", "select 1"), bind("p", "s"), bind("p", "s"), sync()),
    step(execute("p"), sync()),
    query("rollback"),
    step(bind("p", "s"), execute("p"), sync()),
  ),
  script(
    "the unnamed statement, over and over",
    step(parse("", "select 1"), parse("", "select 2"), bind("", ""), execute(""), sync()),
    step(bind("", ""), execute(""), sync()),
    query("select 3"),
    step(bind("", ""), execute(""), sync()),
  ),
  script(
    "the unnamed statement after one that failed",
    step(parse("", "select 1"), sync()),
    step(parse("", "select * from missing"), sync()),
    step(bind("", ""), execute(""), sync()),
  ),
  script(
    "the unnamed statement after one with a mistake",
    step(parse("", "select 1"), sync()),
    step(parse("", "selec 2"), sync()),
    step(bind("", ""), execute(""), sync()),
  ),
  script(
    "the unnamed portal after an empty query",
    query("begin"),
    step(parse("s", "select id from t order by id"), bind("", "s"), execute("", 2), sync()),
    query(""),
    step(execute("", 2), sync()),
    query("select 1"),
    step(execute("", 2), sync()),
    query("rollback"),
  ),
  script(
    "parameters of the wrong number",
    step(parse("s", "select $1::int, $2::int"), bind("", "s", { values: ["1"] }), execute(""), sync()),
    step(bind("", "s", { values: ["1", "2"], formats: [0, 0, 0] }), sync()),
    step(bind("", "s", { values: ["1", "2"], resultFormats: [0, 0, 0] }), sync()),
  ),
  script(
    "parameters that cannot be read",
    step(parse("s", "select $1::int"), sync()),
    step(bind("", "s", { values: ["x"] }), execute(""), sync()),
    step(bind("", "s", { values: [Buffer.from([1])], formats: [1] }), execute(""), sync()),
    step(bind("", "s", { values: ["1"], formats: [2] }), sync()),
  ),
  script(
    "Describe of what is not there",
    step(describe("S", "nothing"), sync()),
    step(describe("P", "nothing"), sync()),
    step(describe("S", ""), sync()),
  ),
  script(
    "Close of what is not there",
    step(close("S", "nothing"), close("P", "nothing"), close("S", ""), close("P", ""), sync()),
  ),
  script(
    "Execute of what is not there",
    step(execute("nothing"), parse("", "select 1"), sync()),
    step(bind("p", "nothing"), execute("p"), sync()),
    step(execute(""), sync()),
  ),
  script(
    "Sync and Flush by themselves",
    step(sync()),
    step(sync(), sync(), sync()),
    step(flush(), flush(), sync()),
    query("select 1"),
  ),
  script(
    "names at the server's limit",
    step(parse("n".repeat(63), "select 1"), bind("", "n".repeat(63)), execute(""), sync()),
    step(bind("", `${"n".repeat(63)}more`), execute(""), sync()),
    step(parse(`${"n".repeat(63)}other`, "select 2"), sync()),
  ),
  script(
    "names beyond ASCII",
    step(parse("é\"'\\", "select 1"), bind("né", "é\"'\\"), execute("né"), sync()),
    query('execute "é""\'\\"'),
  ),
  script(
    "a query within a segment",
    answered(2, parse("s", "select 1"), bind("p", "s"), execute("p"), send.query("select 2"), execute("p"), sync()),
  ),
  script(
    "a query behind an error",
    answered(
      1,
      bind("", "missing"),
      send.query("insert into target values (7, 'must not be')"),
      parse("x", "select 1"),
      sync(),
    ),
    query("select count(*) from target"),
    step(bind("", "x"), sync()),
  ),
  script(
    "a query with a mistake behind an error",
    answered(
      1,
      bind("", "missing"),
      send.query("selec"),
      ...extended("insert into target values (8, 'must not be')"),
      sync(),
    ),
    query("select count(*) from target"),
  ),
  script(
    "tables with rules",
    query(
      "create table made (a int); create rule also as on insert to made do also select 'also', new.a; create rule never as on delete to made do instead nothing",
    ),
    query("insert into made values (1), (2); delete from made; select * from made"),
    step(
      ...extended("insert into made values (3) returning a"),
      ...extended("insert into made values (4)"),
      ...extended("delete from made"),
      sync(),
    ),
  ),
];
