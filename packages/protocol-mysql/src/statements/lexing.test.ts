import { describe, expect, it } from "vitest";
import { createStatementReader } from "./statement-reader.ts";
import { plainModes, readers, verbsWith } from "./testing/read-with.ts";
import type { TextModes } from "./text-modes.ts";

/**
 * Each text drops a table exactly where the server reads `drop table x` as a statement: `D` in the list of what holds. Where it
 * is hidden in a comment or a quote the text is a query.
 */
const versioned: readonly (readonly [sql: string, mysql: string, mariadb: string])[] = [
  ["/*! drop table x */", "drop", "drop"],
  ["/*!50000 drop table x */", "drop", "drop"],
  ["/*!50000drop table x */", "drop", "drop"],
  ["/*!50699 drop table x */", "drop", "drop"],
  ["/*!50700 drop table x */", "drop", "session"],
  ["/*!80000 drop table x */", "drop", "session"],
  ["/*!90704 drop table x */", "drop", "session"],
  ["/*!90705 drop table x */", "session", "session"],
  ["/*!99999 drop table x */", "session", "session"],
  ["/*!100000 drop table x */", "session", "drop"],
  ["/*!110806 drop table x */", "session", "drop"],
  ["/*!110807 drop table x */", "session", "session"],
  ["/*!080000 drop table x */", "drop", "session"],
  ["/*!050000 drop table x */", "drop", "drop"],
  ["/*!999999 drop table x */", "session", "session"],
  ["/*M! drop table x */", "session", "drop"],
  ["/*M!100100 drop table x */", "session", "drop"],
  ["/*M!50700 drop table x */", "session", "drop"],
  ["/*M!110807 drop table x */", "session", "session"],
  ["/*m! drop table x */", "session", "session"],
  ["/*!999999 a /* b */ c */ drop table x", "drop", "drop"],
  ["/*!999999 /*/ b */ c */ drop table x", "drop", "drop"],
  ["/*!999999 a /* b */ drop table x */", "session", "session"],
  ["/*! drop /* plain */ table x */", "drop", "drop"],
  ["/*! drop /*!999999 dead */ table x */", "drop", "drop"],
  ["drop /*!999999 temporary */ table x", "drop", "drop"],
  ["/*!99997 drop table x */", "session", "unknown"],
  // five digits and a sixth that is not followed by a blank
  ["/*!1001001 drop table x */", "unknown", "unknown"],
  ["/*! drop /*! table */ x */", "unknown", "unknown"],
  ["/*! drop table x", "unknown", "unknown"],
  ["/*!999999 drop table x", "unknown", "unknown"],
  ["/*! select 1; drop table x */", "unknown", "unknown"],
];

describe("comments that execute", () => {
  it.each(versioned)("%s", (sql, mysql, mariadb) => {
    expect([verbsWith("mysql", sql), verbsWith("mariadb", sql)]).toEqual([mysql, mariadb]);
  });

  it("refuses six digits where servers of a version differ in reading them", () => {
    const old = createStatementReader({ flavour: "mysql", version: 80_015 });
    const verbsOf = (sql: string) =>
      old.read(Buffer.from(sql), plainModes, true).statements.map(({ verbs }) => verbs[0]);
    expect(verbsOf("/*!080000 drop table x */")).toEqual(["unknown"]);
    expect(verbsOf("/*!999999 drop table x */")).toEqual(["session"]);
    expect(verbsOf("/*!50000 drop table x */")).toEqual(["drop"]);
  });
});

/** `D`: what follows is a statement of its own. */
const quoting: readonly (readonly [sql: string, modes: Partial<TextModes>, verbs: string])[] = [
  ["select 'a'; drop table x", {}, "read | drop"],
  ["select 'a; drop table x'", {}, "read"],
  ["select 'a''; drop table x'", {}, "read"],
  ["select 'a\\'; drop table x -- '", {}, "read"],
  ["select 'a\\'; drop table x -- '", { noBackslashEscapes: true }, "read | drop"],
  ["select 'a\\\\'; drop table x -- '", {}, "read | drop"],
  ['select "a\\"; drop table x -- "', {}, "read"],
  ['select "a\\"; drop table x -- "', { ansiQuotes: true }, "read | drop"],
  ['select "a""; drop table x -- "', { ansiQuotes: true }, "read"],
  ["select `a\\`; drop table x -- `", {}, "read | drop"],
  ["select `a``; drop table x`", {}, "read"],
  ["select @'a'; drop table x", {}, "read | drop"],
  ["select @'a; drop table x'", {}, "read"],
  ["select @`a; drop table x`", {}, "read"],
  ["select @a;drop table x", {}, "read | drop"],
  ["select @@a;drop table x", {}, "read | drop"],
  ["select N'\\''; drop table x", {}, "read | drop"],
  ["select _utf8mb4'\\''; drop table x", {}, "read | drop"],
  ["select x'27'; drop table x", {}, "read | drop"],
  ["select b'100111'; drop table x", {}, "read | drop"],
  ["select 1 -- ; drop table x", {}, "read"],
  ["select 1 --\t; drop table x", {}, "read"],
  ["select 1 --\u0001; drop table x", {}, "read"],
  ["select 1 --1; drop table x", {}, "read | drop"],
  ["select 1 --", {}, "read"],
  ["select 1 # ; drop table x", {}, "read"],
  ["select 1 # '\n; drop table x", {}, "read | drop"],
  ["select 1 # '\r; drop table x", {}, "read"],
  ["select 1 /* ; drop table x */", {}, "read"],
  ["select 1 /*/ ; drop table x */", {}, "read"],
  ["select 1 /* /* */ ; drop table x -- */", {}, "read | drop"],
  ["select */* all */from t; drop table x", {}, "read | drop"],
  ["select 1e5from t; drop table x", {}, "read | drop"],
  ["select 1.from t; drop table x", {}, "read | drop"],
  ["select .5e1 from t", {}, "read"],
  ["select a->'$.b', a->>'$.c' from t", {}, "read"],
  ["select ?", {}, "read"],
  ["select shop.update, t.drop from shop.delete t", {}, "read"],
  ["select a . drop from t", {}, "read"],
  ["select größe from täble", {}, "read"],
  ["select größe from täble", { characterSet: "latin1" }, "unknown"],
  ["select 'größe'", { characterSet: "latin1" }, "read"],
  ["select 1.e(", {}, "unknown"],
  ["select 1.5e+x", {}, "unknown"],
  ["select 'a", {}, "unknown"],
  ['select "a', {}, "unknown"],
  ["select `a", {}, "unknown"],
  ["select @'a", {}, "unknown"],
  ["select 1 /* a", {}, "unknown"],
  ["select @@ a", {}, "unknown"],
  ["select 1 \0", {}, "unknown"],
  ["select 1 # \0", {}, "unknown"],
  ["select `a\0`", {}, "unknown"],
  ["select 'a\0b'", {}, "read"],
];

describe.each(["mysql", "mariadb"] as const)("quotes, comments and numbers in %s", (flavour) => {
  it.each(quoting)("%j %j", (sql, modes, verbs) => {
    expect(verbsWith(flavour, sql, modes)).toBe(verbs);
  });
});

describe("bytes", () => {
  it.each([
    ["utf8mb4", "73656c6563742027bf5c27"],
    ["utf8mb4", "73656c656374202761ff27"],
    ["ascii", "73656c6563742027e927"],
    ["gbk", "73656c6563742031"],
    ["utf16", "73656c6563742031"],
    ["", "73656c6563742031"],
  ])("refuses what is not valid in %s, or cannot be followed", (characterSet, hex) => {
    expect(verbsWith("mysql", Buffer.from(hex, "hex"), { characterSet })).toBe("unknown");
  });

  it("keeps the characters of a set that is not UTF-8", () => {
    const text = Buffer.from("73656c6563742027e92720", "hex");
    const [statement] = readers.mysql.read(text, { ...plainModes, characterSet: "latin1" }, true).statements;
    expect(statement?.text).toBe("select 'é' ");
  });
});
