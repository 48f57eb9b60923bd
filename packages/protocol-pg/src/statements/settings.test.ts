import { describe, expect, it } from "vitest";
import { createStatementReader } from "./statement-reader.ts";

const readers = [await createStatementReader(13), await createStatementReader(18)];

async function refusals(sql: string): Promise<boolean[]> {
  const all = await Promise.all(readers.map(async (reader) => reader.read(Buffer.from(sql))));
  return all.map(({ statements }) => statements.some((statement) => statement.verbs.includes("unknown")));
}

describe("settings that change how texts are read", () => {
  it.each([
    "SET standard_conforming_strings = off",
    "SET LOCAL standard_conforming_strings TO 0",
    "SET standard_conforming_strings FROM CURRENT",
    'SET "STANDARD_Conforming_Strings" = off',
    "SELECT set_config('standard_conforming_strings', 'off', false)",
    "SELECT set_config('Standard_Conforming_Strings'::text, 'off', false)",
    "SELECT pg_catalog.set_config('standard_conforming_strings', $1, true)",
    "SELECT set_config($1, 'x', true)",
    "SELECT set_config(name, 'off', false) FROM pg_settings",
    "SELECT set_config('standard_conforming_strings_'::varchar(27), 'off', false)",
    "SELECT set_config('client_' || 'encoding', 'SJIS', false)",
    "UPDATE pg_settings SET setting = 'off' WHERE name LIKE 'standard_conf%'",
    "WITH u AS (UPDATE pg_catalog.pg_settings SET setting = 'x' RETURNING 1) SELECT 1",
    "ALTER ROLE r SET standard_conforming_strings = off",
    "ALTER DATABASE d SET client_encoding = 'SJIS'",
    "ALTER SYSTEM SET standard_conforming_strings = off",
    "ALTER FUNCTION f() SET standard_conforming_strings = off",
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql SET client_encoding = 'SJIS' AS 'select 1'",
    "SET NAMES 'SJIS'",
    "SET client_encoding TO latin1",
    "SET backslash_quote = on",
  ])("refuses %s", async (sql) => {
    expect(await refusals(sql)).toEqual([true, true]);
  });

  it.each([
    "SET standard_conforming_strings = on",
    "SET standard_conforming_strings TO DEFAULT",
    "SET standard_conforming_strings = true",
    "RESET standard_conforming_strings",
    "RESET ALL",
    "DISCARD ALL",
    "SET NAMES 'utf-8'",
    "SET NAMES",
    "SET client_encoding = UTF8",
    "SELECT set_config('client_encoding', 'UTF8', false)",
    "SELECT set_config('search_path', $1, false)",
    "SET escape_string_warning = off",
    "SET TIME ZONE INTERVAL '1' HOUR TO MINUTE",
    "SET DateStyle = ISO, MDY",
    "ALTER ROLE r SET client_encoding = 'UTF8'",
    "ALTER ROLE r RESET ALL",
  ])("lets %s be decided by policy", async (sql) => {
    expect(await refusals(sql)).toEqual([false, false]);
  });
});
