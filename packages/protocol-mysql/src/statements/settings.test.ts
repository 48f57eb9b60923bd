import { describe, expect, it } from "vitest";
import { modesAfter, plainModes, readWith, verbsWith } from "./testing/read-with.ts";
import type { TextModes } from "./text-modes.ts";

const strict: TextModes = { ...plainModes, noBackslashEscapes: true };

describe("what is followed", () => {
  it.each<readonly [string, TextModes, Partial<TextModes>]>([
    ["set sql_mode = 'ANSI_QUOTES'", plainModes, { ansiQuotes: true }],
    ["set sql_mode = ''", strict, { noBackslashEscapes: false }],
    ["set session sql_mode := 4", plainModes, { ansiQuotes: true }],
    ["set local sql_mode = ansi", plainModes, { ansiQuotes: true, ignoreSpace: true }],
    ['set @@sql_mode = "no_backslash_escapes"', plainModes, { noBackslashEscapes: true }],
    ["set @@Session.SQL_Mode = `ansi_quotes`", plainModes, { ansiQuotes: true }],
    ["set sql_mode = concat(@@sql_mode, ',ANSI', '_QUOTES')", strict, { ansiQuotes: true }],
    ["set sql_mode = (select concat(@@session.sql_mode, ',STRICT_TRANS_TABLES'))", strict, {}],
    ["/*!50000 set sql_mode = 'ANSI_QUOTES' */", plainModes, { ansiQuotes: true }],
    ["set @a = 1, sql_mode = 'ANSI_QUOTES', names latin1", plainModes, { ansiQuotes: true, characterSet: "latin1" }],
    ["set names UTF8MB4 collate utf8mb4_bin", { ...plainModes, characterSet: "latin1" }, { characterSet: "utf8mb4" }],
    ["set names 'latin1'", plainModes, { characterSet: "latin1" }],
    ["set character set cp1251", plainModes, { characterSet: "cp1251" }],
    ["set charset utf8", plainModes, { characterSet: "utf8" }],
    ["set character_set_client = latin1", plainModes, { characterSet: "latin1" }],
  ])("%s", (sql, before, change) => {
    expect(modesAfter(before, readWith("mysql", sql, before)[0]?.effect)).toEqual({ ...before, ...change });
  });
});

const refused = `set sql_mode = @m
set sql_mode = default
set sql_mode = 'ORACLE'
set sql_mode = '4'
set sql_mode = 0x4
set sql_mode = 4 + 0
set sql_mode = 'ANSI' 'QUOTES'
set sql_mode = _utf8'ANSI_QUOTES'
set sql_mode = concat('ANSI_QUOTES')
set sql_mode = concat(@@sql_mode, 'ANSI_QUOTES')
set sql_mode = concat(@@sql_mode, @a)
set sql_mode = concat(@@global.sql_mode, ',ANSI_QUOTES')
set sql_mode = replace(@@sql_mode, 'ANSI_QUOTES', '')
set sql_mode = replace(@@sql_mode, 'NO_ZERO_DATE', 'ANSI_QUOTES')
set sql_mode = @@global.sql_mode
set sql_mode = (select email from customers)
set sql_mode = ?
set sql_módé = 'ANSI_QUOTES'
set \`sql_mode\`.x = 1, session sql_mode = @a
set global x = 1, sql_mode = 'ANSI_QUOTES'
set names gbk
set names default
set names @a
set names 'utf16'
set names swe7
set @a = 1, names big5
set character set sjis
set charset gb18030
set character_set_client = 28
set character_set_client = default
set character_set_results = utf16
set character_set_results = @a
set character_set_connection = ucs2
set collation_connection = gbk_bin
set session_track_system_variables = ''
set session_track_system_variables = 'character_set_client'
set session_track_system_variables = @a
set session_track_schema = off
set resultset_metadata = none
select 1; set names latin1
select /*+ SET_VAR(sql_mode = 'ANSI_QUOTES') */ 1
select /*+ SET_VAR(\`sql_mode\` = 'ANSI_QUOTES') */ 1
select /*+ MAX_EXECUTION_TIME(1) SET_VAR(character_set_results = utf16) */ 1
select /*+ SET_VAR(a = '*/') */ 1
select 1 into @@sql_mode
prepare p from 'set names latin1'
set foo bar`;

it.each(refused.split("\n"))("refuses %s", (sql) => {
  expect(verbsWith("mysql", sql)).toContain("unknown");
});

const onlyMariadb = `set statement sql_mode = 'ANSI_QUOTES' for select 1
set statement character_set_client = latin1 for select 1
set statement max_statement_time = 1 for set names latin1
set statement max_statement_time = 1 for kill query 5
execute immediate 'set names latin1'
execute immediate @a
execute immediate concat('a', 'b')`;

it.each(onlyMariadb.split("\n"))("refuses %s in MariaDB", (sql) => {
  expect(verbsWith("mariadb", sql)).toContain("unknown");
});

const ordinary = `set autocommit = 0
set session wait_timeout = 600, session sort_buffer_size = 262144
set time_zone = '+00:00', foreign_key_checks = 0, unique_checks = off
set session group_concat_max_len = default
set character_set_results = NULL
set session character_set_results = 'binary'
set collation_connection = 'utf8mb4_unicode_ci'
set session_track_system_variables = '*'
set session_track_system_variables = 'autocommit, character_set_client,character_set_connection,character_set_results'
set session_track_schema = on
set @old = @@sql_mode
set optimizer_switch = 'semijoin=off'
set @@MAX_STATEMENT_TIME = 0.000000
set transaction_isolation = 'READ-COMMITTED'
set sql_select_limit = 5
set sql_mode = replace(@@sql_mode, 'ONLY_FULL_GROUP_BY,', '')`;

it.each(ordinary.split("\n"))("lets through %s", (sql) => {
  const [statement] = readWith("mysql", sql);
  expect(statement?.verbs).toEqual(["session"]);
  expect(statement?.effect).toEqual({ kind: "none" });
});

it("knows a hint from a comment", () => {
  expect(verbsWith("mysql", "select /*+ MAX_EXECUTION_TIME(1000) NO_ICP(t `i`) */ 1")).toBe("read");
  expect(verbsWith("mysql", "select /*+ SET_VAR(sort_buffer_size = 16M) */ 1")).toBe("read session");
  expect(verbsWith("mysql", "select /*+ SET_VAR(sql_log_bin = 0) */ 1")).toBe("read session admin");
});
