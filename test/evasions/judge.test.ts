import { describe, expect, it } from "vitest";
import type { WireMessage } from "../support/message-splitter.ts";
import type { EvasionCase, Expectation } from "./cases.ts";
import { judge, type Run } from "./judge.ts";

const rows = (...texts: readonly string[]): WireMessage[] => [
  ...texts.map((text) => ({ tag: "D", body: Buffer.from(`\0\x01\0\0\0${String.fromCharCode(text.length)}${text}`) })),
  { tag: "C", body: Buffer.from(`SELECT ${texts.length}\0`) },
  { tag: "Z", body: Buffer.from("I") },
];
const error = (code: string, message: string): WireMessage[] => [
  { tag: "E", body: Buffer.from(`SERROR\0C${code}\0M${message}\0\0`) },
  { tag: "Z", body: Buffer.from("I") },
];
const step = { kind: "sql", sql: "select 1", params: undefined } as const;
const runOf = (messages: readonly WireMessage[]): Run => ({ answers: [{ step, messages }], lost: undefined });
const caseOf = (expect: Expectation): EvasionCase => ({
  id: "x",
  family: "x",
  how: "x",
  steps: [step],
  expect,
  check: undefined,
});

const plain = rows("a", "b");
const refused = error("42501", "sallyport: not allowed");
const broken = error("22P02", "invalid input syntax");
const unreadable = error("42601", 'syntax error at or near "selec"');

describe("the judge", () => {
  it.each([
    ["masked", "as many rows", rows("*", "*"), []],
    ["masked", "fewer rows", rows("*"), ["hindered"]],
    ["masked", "a refusal", refused, ["hindered"]],
    ["safe", "rows", plain, []],
    ["safe", "a refusal", refused, []],
    ["safe", "the server's error", broken, []],
    ["alike", "the same in all rows", rows("*", "*"), []],
    ["alike", "rows that differ", plain, ["leaked"]],
    ["alike", "a refusal", refused, []],
    ["refused", "a refusal", refused, []],
    ["refused", "rows and then a refusal", [...plain, ...refused], []],
    ["refused", "a text that nobody can read", unreadable, []],
    ["refused", "rows", plain, ["ran"]],
    ["refused", "the server's error", broken, ["ran"]],
    ["benign", "the same", rows("a", "b"), []],
    ["benign", "another value", rows("a", "c"), ["hindered"]],
    ["benign", "one row more", rows("a", "b", "c"), ["hindered"]],
    ["benign", "a refusal", refused, ["hindered"]],
  ] as const)("of what must be %s finds %s", (expectation, _, messages, failed) => {
    const { failures } = judge(caseOf(expectation), runOf(messages), runOf(plain), undefined, []);
    expect(failures.map(({ what }) => what)).toEqual(failed);
  });

  it.each(["masked", "safe", "refused", "benign"] as const)(
    "lets no leak, harm or lost connection pass in %s",
    (kind) => {
      const leak = { column: "email", seen: "canary", as: "plainly" };
      const run = { answers: [], lost: "the connection ended" };
      const { failures } = judge(caseOf(kind), run, run, leak, ["tripwire changed"]);
      expect(failures.map(({ what }) => what)).toEqual(expect.arrayContaining(["harmed", "leaked", "lost"]));
    },
  );
});
