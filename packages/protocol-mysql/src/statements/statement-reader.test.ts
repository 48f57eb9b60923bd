import { describe, expect, it } from "vitest";
import { plainModes, readers, readWith, verbsWith } from "./testing/read-with.ts";

describe("several statements in one text", () => {
  it("keeps each one's own part of the text", () => {
    expect(readWith("mysql", " select 1 ;\n/* x */ select ';' ; ;").map((statement) => statement.text)).toEqual([
      "select 1",
      "/* x */ select ';'",
    ]);
    expect(readWith("mysql", " select 1;").map((statement) => statement.text)).toEqual([" select 1;"]);
  });

  it.each([
    ["", "session"],
    [" ; ", "session"],
    ["-- nothing", "session"],
    ["select 1; -- end", "read | session"],
    ["select 1;;delete from t", "read | session | delete"],
    ["select (1; drop table x", "read | drop"],
  ])("%j", (sql, verbs) => {
    expect(verbsWith("mariadb", sql)).toBe(verbs);
  });

  it.each([
    ["select 1;", "read"],
    ["select 1; ; ", "read"],
    ["select 1; -- end", "read"],
    ["select 1; select 2", "unknown"],
    ["create procedure p() begin select 1; delete from t; end", "read delete create admin"],
  ])("where the client did not ask for it: %j", (sql, verbs) => {
    expect(readWith("mysql", sql, {}, false).map((statement) => statement.verbs.join(" "))).toEqual([verbs]);
  });

  it("refuses the whole where it cannot be cut", () => {
    expect(readWith("mysql", "select 1; select 'a").map((statement) => statement.verbs)).toEqual([["unknown"]]);
  });

  it("hides nothing behind a body that may hold semicolons", () => {
    const hidden = (more: string): string =>
      verbsWith("mysql", `create procedure p() select 1 as begin; ${more}; select 1 as end`);
    expect(hidden("drop table x")).toBe("read create drop admin");
    expect(hidden("table x")).toContain("read");
    for (const sql of [
      "kill 5",
      "set sql_mode = 4",
      "set names gbk",
      "set sql_módé = 4",
      "set @a = 1, character set gbk",
      "execute p",
    ]) {
      expect(hidden(sql)).toContain("unknown");
    }
  });
});

describe("effects", () => {
  it("follows SQL's own prepared statements", () => {
    const [prepared] = readWith("mysql", "prepare `P` from 'delete from t where a = \\'x\\''");
    expect(prepared?.effect).toMatchObject({
      kind: "prepare",
      name: "p",
      prepared: { text: "delete from t where a = 'x'", verbs: ["delete"] },
    });
    expect(readWith("mysql", "execute P using @a")[0]?.effect).toEqual({ kind: "execute", name: "p" });
    expect(readWith("mysql", "drop prepare p")[0]?.effect).toEqual({ kind: "deallocate", name: "p" });
  });

  it.each([
    "prepare é from 'select 1'",
    "prepare `p ` from 'select 1'",
    "prepare p from 'select 1' 'x'",
    "prepare p from n'select 1'",
  ])("refuses %s", (sql) => {
    expect(verbsWith("mariadb", sql)).toContain("unknown");
  });

  it("knows the one file that the server may ask for", () => {
    const [loaded] = readWith("mysql", "load data concurrent local infile '/tmp/a\\'b.csv' into table t");
    expect(loaded?.effect).toEqual({ kind: "load-local", file: "/tmp/a'b.csv" });
    expect(verbsWith("mysql", "load data local infile 'ü' into table t")).toContain("unknown");
  });

  it("knows whose statement to kill, and only alone", () => {
    expect(readWith("mysql", "/* x */ kill query 17")[0]?.effect).toEqual({ kind: "kill-query", id: 17 });
    expect(verbsWith("mysql", "select 1; kill query 17")).toBe("read | unknown");
    for (const sql of [
      "kill query 0",
      "kill query 99999999999",
      "kill query 1 + 1",
      "kill query 0x1",
      "kill query '1'",
    ]) {
      expect(verbsWith("mysql", sql)).toBe("unknown");
    }
  });

  it("allows cursors for plain queries alone", () => {
    const isPlain = (sql: string): boolean => readWith("mariadb", sql)[0]?.isPlainQuery ?? false;
    for (const sql of ["select 1", "(select 1)", "with a as (select 1) select * from a", "values (1)"])
      expect(isPlain(sql)).toBe(true);
    for (const sql of [
      "select 1 into @a",
      "delete from t returning a",
      "with a as (select 1) delete from t",
      "show tables",
      "explain select 1",
      "analyze select 1",
      "call p()",
      "execute immediate 'select 1'",
    ]) {
      expect(isPlain(sql)).toBe(false);
    }
  });
});

describe("long texts", () => {
  const rows = Buffer.from(",(1, 'it''s \\'quoted\\' text; -- no comment', NULL, 1.5e3, x'00ff')".repeat(200_000));
  const insert = Buffer.concat([Buffer.from("insert into t values (0)"), rows]);

  it("sees what stands behind tens of megabytes", () => {
    expect(verbsWith("mysql", insert)).toBe("insert");
    expect(verbsWith("mysql", Buffer.concat([insert, Buffer.from(" on duplicate key update a = (select 1)")]))).toBe(
      "read insert update",
    );
    expect(verbsWith("mysql", Buffer.concat([insert, Buffer.from("; drop table x")]))).toBe("insert | drop");
    expect(verbsWith("mysql", Buffer.concat([insert, Buffer.from(",('")]))).toBe("unknown");
  });

  it.each([
    ["parentheses", "(".repeat(501)],
    ["parentheses that close", "select " + "(".repeat(501) + "1" + ")".repeat(501)],
    ["statements", "select 1;".repeat(10_001) + "x"],
    ["hints", "select " + "/*+ a */".repeat(1001) + "1"],
    ["settings", "set @a = 1" + ", @a = 1".repeat(5000)],
  ])("refuses too many %s", (_what, sql) => {
    expect(verbsWith("mysql", sql)).toContain("unknown");
  });

  it("reads long runs of what could be costly", () => {
    for (const part of [
      "/*!999999 /* */",
      "/* */",
      "/*!*/",
      "--\n",
      "@@a.",
      "a.",
      "`",
      "''",
      "(select ",
      "1e",
      "\\",
      "/*+",
      "with a as (",
    ]) {
      expect(readWith("mysql", "select " + part.repeat(100_000)).length).toBeGreaterThan(0);
    }
  });
});

it("gives the same object for the same text from the second time on, and another in other modes", () => {
  const text = Buffer.from('select "a"');
  readers.mysql.read(text, plainModes, true);
  const first = readers.mysql.read(text, plainModes, true);
  expect(readers.mysql.read(Buffer.from(text), { ...plainModes }, true)).toBe(first);
  expect(readers.mysql.read(text, { ...plainModes, ansiQuotes: true }, true)).not.toBe(first);
  expect(readers.mysql.read(text, { ...plainModes, characterSet: "latin1" }, true)).not.toBe(first);
  expect(readers.mysql.read(text, plainModes, false)).not.toBe(first);
});
