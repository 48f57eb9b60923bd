import type { Statement } from "@sallyport/shared/statement";
import { describe, expect, it } from "vitest";
import { SaidBefore } from "./said-before.ts";

function statement(text: string, ...values: readonly string[]): Statement {
  const parameters = values.map((value) => ({ format: "text" as const, value: Buffer.from(value) }));
  return { parsed: { text, verbs: ["read"] }, stage: "run", parameters };
}

describe("what a session says again", () => {
  it("is written again while it is short", () => {
    const before = new SaidBefore();
    const short = statement("select $1", "x");
    before.say(short, "1");
    expect(before.say(short, "2")).toEqual({ text: "select $1", parameters: ["x"] });
  });

  it("is named by the record that has it in full where it is long, so that repeating costs what was sent", () => {
    const before = new SaidBefore();
    const long = statement(`select $1 --${"x".repeat(1_000_000)}`, "y".repeat(50_000));
    expect(before.say(long, "1")).toEqual({ text: long.parsed.text, parameters: ["y".repeat(50_000)] });
    expect(before.say(long, "2")).toEqual({
      text: long.parsed.text.slice(0, 256),
      textOf: "1",
      parametersOf: "1",
    });
  });

  it("counts values that take no bytes", () => {
    const before = new SaidBefore();
    const parameters = Array.from({ length: 60_000 }, () => ({ format: "text" as const, value: undefined }));
    const nulls = { ...statement("select 1"), parameters };
    before.say(nulls, "1");
    expect(before.say(nulls, "2")).toEqual({ text: "select 1", parametersOf: "1" });
  });

  it("is written in full for other values, and in another session", () => {
    const [one, another] = [new SaidBefore(), new SaidBefore()];
    const long = statement("x".repeat(5_000));
    one.say(long, "1");
    expect(another.say(long, "1").text).toBe(long.parsed.text);
    expect(one.say(statement("y".repeat(5_000)), "2").text).toBe("y".repeat(5_000));
  });
});
