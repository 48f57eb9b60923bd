import { command } from "../../support/mysql-commands.ts";
import { flag } from "../../support/mysql-flags.ts";
import type { MysqlScript } from "./script.ts";

const { query, prepare, execute, initDb, fieldList, ping, setOption, resetConnection } = command;

/** What concerns the session itself, and what it tells of its state where that was negotiated. */
export const sessionScripts: readonly MysqlScript[] = [
  {
    name: "state that is tracked",
    commands: [
      query("set autocommit = 0"),
      query("set autocommit = 1"),
      query("set time_zone = '+01:00'"),
      query("set names latin1"),
      query("select 'é'"),
      query("set names utf8mb4"),
      query("set @@session.sql_mode = concat(@@sql_mode, ',PIPES_AS_CONCAT')"),
      query("select 'a' || 'b'"),
      query("use information_schema"),
      query("select database()"),
      query("use mysql"),
      query("set session_track_state_change = 1"),
      query("set @mine = 1"),
      query("begin"),
    ],
  },
  {
    name: "transactions that are tracked",
    needs: flag.SESSION_TRACK,
    commands: [
      query("set session_track_transaction_info = 'CHARACTERISTICS'"),
      query("start transaction read only"),
      query("select count(*) from goods"),
      query("commit"),
      query("begin"),
      query("insert into goods (name) values ('t')"),
      query("rollback"),
    ],
  },
  {
    name: "schemas",
    commands: [
      initDb("information_schema"),
      query("select database()"),
      initDb("no_such_schema"),
      query("select database()"),
      query("use no_such_schema"),
    ],
  },
  {
    name: "columns of a table",
    commands: [fieldList("goods"), fieldList("goods", "n%"), fieldList("no_such_table"), ping()],
  },
  {
    name: "several statements, or one",
    commands: [
      setOption(false),
      query("select 1"),
      setOption(true),
      query("select 1; select 2"),
      resetConnection(),
      query("select 1; select 2"),
      ping(),
    ],
  },
  {
    name: "starting over",
    commands: [
      query("set @mine = 1, autocommit = 0, sql_mode = 'ANSI_QUOTES'"),
      query('select "name" from "goods" order by 1'),
      prepare("select 1"),
      query("create temporary table mine (n int)"),
      query("insert into goods (name) values ('rolled back')"),
      resetConnection(),
      query("select @mine, @@autocommit, @@sql_mode, database()"),
      query('select "name" from goods order by 1'),
      execute(1),
      query("select * from mine"),
      query("select count(*) from goods"),
      prepare("select 2"),
      execute(1),
      execute(2),
    ],
  },
];
