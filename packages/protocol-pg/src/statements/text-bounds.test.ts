import { expect, it } from "vitest";
import { createStatementReader } from "./statement-reader.ts";

const GRAMMAR = 18;
const list = (text: string, times: number, between: string): string => Array(times).fill(text).join(between);

async function read(sql: string) {
  const reader = await createStatementReader(GRAMMAR);
  return (await reader.read(Buffer.from(sql))).statements;
}

it("refuses a text of more statements than may be decided at once", async () => {
  expect(await read(list("select 1", 1_000, ";"))).toHaveLength(1_000);
  const [statement, ...others] = await read(list("select 1", 1_001, ";"));
  expect(others).toEqual([]);
  expect(statement).toMatchObject({ verbs: ["unknown"] });
  expect(statement?.unknownBecause).toMatch(/more than 1000 statements/);
});

it("follows the statements of a text until there are too many expressions in it, and reads all", async () => {
  const statements = await read(list(`select ${list("a", 100, ",")} from t`, 100, ";"));
  expect(statements.flatMap(({ verbs }) => verbs)).toEqual(Array(100).fill("read"));
  const kinds = statements.map(({ lowered }) => lowered?.subject.kind);
  const followed = kinds.indexOf("unknown");
  expect(followed).toBeGreaterThan(30);
  expect(new Set(kinds.slice(followed))).toEqual(new Set(["unknown"]));
});

it("does not let one text use up what the next may have", async () => {
  const statement = `select ${list("a", 4_000, ",")} from t`;
  expect((await read(statement))[0]?.lowered?.subject.kind).toBe("query");
  expect((await read(`${statement} `))[0]?.lowered?.subject.kind).toBe("query");
});

it.each([
  ["subscripts", `select a${"[1]".repeat(5_000)} from t`],
  ["fields", `select (a)${".b".repeat(5_000)} from t`],
  ["operators", `select ${list("a", 4_000, "+")} from t`],
  ["called functions", `select ${Array.from({ length: 6_000 }, (_, n) => `f${n}()`).join()} from t`],
])("does not follow thousands of %s, and says so at once", async (_, sql) => {
  const [statement] = await read(sql);
  expect(statement?.verbs).toContain("read");
  expect(JSON.stringify(statement?.lowered)).toMatch(/"kind":"unknown"/);
});
