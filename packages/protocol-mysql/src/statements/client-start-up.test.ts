import { expect, it } from "vitest";
import { flavours, verbsWith } from "./testing/read-with.ts";

/** What clients send by themselves between login and the user's first statement, as servers logged it. */
const texts = [
  "select @@version_comment limit 1",
  "SELECT DATABASE()",
  "show databases",
  "show tables",
  "SET NAMES utf8mb4",
  "select connection_id()",
  "SET AUTOCOMMIT = 0",
  "SET autocommit=0",
  "SET autocommit=1",
  "SET NAMES 'utf8mb4' COLLATE 'utf8mb4_0900_ai_ci'",
  "SET @@session.autocommit = OFF",
  `/* mysql-connector-j-9.5.0 (Revision: a7b3c94f50efbddb9f0dd69b3e0d1aaa25305cd6) */SELECT  @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client, @@init_connect AS init_connect, @@query_cache_size AS query_cache_size, @@sql_mode AS sql_mode, @@transaction_isolation AS transaction_isolation, @@wait_timeout AS wait_timeout`,
  "SET character_set_results = NULL",
  "SET SESSION time_zone='+00:00'",
  "SET SESSION TRANSACTION READ ONLY",
  "SET SESSION TRANSACTION READ WRITE",
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
  "USE `x`",
  "SHOW FULL TABLES FROM `x` LIKE '%'",
  "SHOW FULL COLUMNS FROM `t` FROM `x` LIKE '%'",
  "SHOW KEYS FROM `t` FROM `x`",
  "set sql_mode=CONCAT(@@sql_mode,',STRICT_TRANS_TABLES'),session_track_system_variables = CONCAT(@@global.session_track_system_variables,',transaction_isolation'),NAMES utf8mb4",
  "set sql_mode=CONCAT(@@sql_mode,',STRICT_TRANS_TABLES'),session_track_system_variables = CONCAT(@@global.session_track_system_variables,',tx_isolation')",
  `SELECT VERSION(),
          @@sql_mode,
          @@default_storage_engine,
          @@sql_auto_is_null,
          @@lower_case_table_names,
          CONVERT_TZ('2001-01-01 01:00:00', 'UTC', 'UTC') IS NOT NULL`,
  "SAVEPOINT `s140_x1`",
  "RELEASE SAVEPOINT `s140_x1`",
  "SELECT @@transaction_isolation",
  "SELECT @@tx_isolation",
  "ROLLBACK",
  "SET time_zone = '+00:00'",
  "SELECT VERSION() as `version`",
  "/*!40100 SET @@SQL_MODE='' */",
  "/*!40103 SET TIME_ZONE='+00:00' */",
  "/*!80000 SET SESSION information_schema_stats_expiry=0 */",
  "/*M!100100 SET @@MAX_STATEMENT_TIME=0.000000 */",
  "/*M!100100 SET WAIT_TIMEOUT=DEFAULT */",
  "set optimizer_switch='semijoin=off'",
  "START TRANSACTION /*!40100 WITH CONSISTENT SNAPSHOT */",
  "SET SESSION character_set_results = 'binary'",
  "show create table `t`",
  "SELECT /*!40001 SQL_NO_CACHE */ * FROM `t`",
];

const allowed: ReadonlySet<string> = new Set(["read", "session", "transaction"]);

it.each(flavours.flatMap((flavour) => texts.map((text) => [flavour, text] as const)))("%s: %s", (flavour, text) => {
  const verbs = verbsWith(flavour, text).split(" ");
  expect(verbs.filter((verb) => !allowed.has(verb))).toEqual([]);
});

it("SET STATEMENT before every statement, as MariaDB's Connector/J does with a timeout", () => {
  expect(verbsWith("mariadb", "SET STATEMENT max_statement_time=1 FOR select 1")).toBe("read session");
});

it("refuses what the command line asks in the hope of an error", () => {
  expect(verbsWith("mysql", "select $$")).toBe("unknown");
});
