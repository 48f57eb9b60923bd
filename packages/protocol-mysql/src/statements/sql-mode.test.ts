import { expect, it } from "vitest";
import { parseSqlMode } from "./sql-mode.ts";

const none = { ansiQuotes: false, noBackslashEscapes: false, ignoreSpace: false };

it.each([
  ["", none],
  ["STRICT_TRANS_TABLES,NO_ZERO_DATE", none],
  ["ansi_quotes", { ...none, ansiQuotes: true }],
  ["ANSI", { ...none, ansiQuotes: true, ignoreSpace: true }],
  ["NO_BACKSLASH_ESCAPES,,IGNORE_SPACE", { ...none, noBackslashEscapes: true, ignoreSpace: true }],
  ["TRADITIONAL", none],
  [0, none],
  [4, { ...none, ansiQuotes: true }],
  [8, { ...none, ignoreSpace: true }],
  [2 ** 18, { ...none, ansiQuotes: true, ignoreSpace: true }],
  [2 ** 20, { ...none, noBackslashEscapes: true }],
  [2 ** 21 + 2 ** 30, none],
] as const)("follows %j", (value, parts) => {
  expect(parseSqlMode(value)).toEqual(parts);
});

it.each(["ORACLE", "MSSQL", "DB2", "POSTGRESQL", "4", "ANSI QUOTES", "NEW_MODE", 512, 2 ** 40, -1, 1.5, Number.NaN])(
  "does not follow %j",
  (value) => {
    expect(parseSqlMode(value)).toBeUndefined();
  },
);
