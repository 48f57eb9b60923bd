import { command } from "../../support/mysql-commands.ts";
import type { MysqlScript } from "./script.ts";

const { query } = command;

/** Statements as texts, and what comes of them. */
export const textScripts: readonly MysqlScript[] = [
  {
    name: "values of all types",
    commands: [query("select * from kinds order by i1"), query("select null, 1, 'x' limit 0")],
  },
  {
    name: "changes, and what they count",
    commands: [
      query("insert into goods (name) values ('a'), ('b')"),
      query("update goods set price = price + 1 where id < 3"),
      query("update goods set price = price where id < 3"),
      query("replace into goods (id, name) values (1, 'again')"),
      query("delete from goods where id = 2"),
      query("select last_insert_id(), row_count()"),
      query("truncate table goods"),
    ],
  },
  {
    name: "errors, and the conversation goes on",
    commands: [
      query("select nothing_like_it"),
      query("select * from no_such_table"),
      query("selec 1"),
      query("insert into goods (id, name) values (1, 'twice')"),
      query("insert into child values (1, 999)"),
      query("select 1"),
    ],
  },
  {
    name: "warnings",
    commands: [
      query("set session sql_mode = ''"),
      query("insert into goods (name, price) values (repeat('x', 60), 'no number')"),
      query("show warnings"),
      query("select cast('12x' as signed)"),
      query("show count(*) warnings"),
      query("drop table if exists not_there"),
      query("show warnings"),
    ],
  },
  {
    name: "several statements in one text",
    commands: [
      query("select 1; select 2"),
      query("select 1; do 1; insert into goods (name) values ('m'); select count(*) from goods; set @a = 1"),
      query("select 1; select nothing_like_it; select 2"),
      query("select 1;"),
      query("select 1; select * from goods where 0; select 3"),
      query("begin; insert into goods (name) values ('t'); rollback; select count(*) from goods"),
    ],
  },
  {
    name: "procedures",
    commands: [
      query("call two_results(2)"),
      query("set @k = 21"),
      query("call gives_back(1, @m, @k)"),
      query("select @m, @k"),
      query("call fails_late()"),
      query("call two_results(1); select 'behind'; call two_results(0)"),
      query("call no_such_procedure()"),
    ],
  },
  {
    name: "transactions",
    commands: [
      query("start transaction"),
      query("insert into goods (name) values ('t')"),
      query("savepoint s"),
      query("delete from goods"),
      query("rollback to savepoint s"),
      query("select count(*) from goods"),
      query("commit"),
      query("start transaction read only"),
      query("insert into goods (name) values ('u')"),
      query("rollback"),
      query("set autocommit = 0"),
      query("select count(*) from goods"),
      query("rollback"),
      query("set autocommit = 1"),
      query("begin"),
      query("rollback and chain"),
      query("commit release"),
    ],
    endsSession: true,
  },
  {
    name: "statements that are prepared by name",
    commands: [
      query("prepare p from 'select ? + 1 as n'"),
      query("set @a = 41"),
      query("execute p using @a"),
      query("execute p"),
      query("deallocate prepare p"),
    ],
  },
  {
    name: "what servers tell about themselves",
    commands: [
      query("show databases like 'shop%'"),
      query("show create table goods"),
      query("show columns from kinds"),
      query("show index from goods where key_name = 'none'"),
      query("describe goods"),
      query("explain select * from goods where id = 1"),
      query("show variables like 'sql_mode'"),
      query("help 'nothing of the kind'"),
      query(
        "select table_name, column_name from information_schema.columns where table_schema = database() order by 1, ordinal_position",
      ),
    ],
  },
  {
    name: "attributes of a query",
    only: "mysql",
    commands: [
      query("select mysql_query_attribute_string('a'), mysql_query_attribute_string('b')", [
        { name: "a", type: 254, bytes: Buffer.from("\x05value") },
        { name: "b", type: 3, bytes: Buffer.of(7, 0, 0, 0) },
      ]),
      query("select 1", [{ name: "n", type: 6, bytes: undefined }]),
    ],
  },
  {
    name: "rows that come with what is written",
    only: "mariadb",
    commands: [
      query("insert into goods (name) values ('r') returning id, name"),
      query("delete from goods where id = 1 returning name, price"),
      query("delete from goods where id = 1 returning name"),
    ],
  },
];

const rows = Array.from({ length: 3_000 }, (_, n) => `${n}\tline ${n}`).join("\n");

/** LOAD DATA LOCAL: the server asks, the client sends. */
export const fileScripts: readonly MysqlScript[] = [
  {
    name: "a file",
    file: rows,
    commands: [
      query("load data local infile 'any name' into table loaded"),
      query("select count(*), sum(a), min(b) from loaded"),
    ],
  },
  {
    name: "an empty file",
    file: "",
    commands: [query("load data local infile 'empty' into table loaded"), query("select count(*) from loaded")],
  },
  {
    name: "a file that does not fit, one for a table that is not there, and one among other statements",
    file: "x\ty\tz\n1\n",
    commands: [
      query("load data local infile 'f' into table loaded"),
      query("show warnings"),
      query("load data local infile 'f' into table no_such_table"),
      query("select 1; load data local infile 'f' into table loaded (b, a); select 2"),
      query("select * from loaded order by a, b"),
    ],
  },
];
