import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { readCases } from "./cases.ts";
import { failureText, isPassed } from "./report.ts";
import { runCase } from "./run-case.ts";
import { startEvasionStack, type EvasionStack } from "./stack.ts";

/** Those that the policy was written for, and what was thought of since. */
const cases = ["postgres.jsonl", "more.jsonl", "found.jsonl"].flatMap((file) =>
  readCases(join(import.meta.dirname, file)),
);

describe("attempts to get around policy on PostgreSQL", () => {
  let stack: EvasionStack;
  beforeAll(async () => {
    stack = await startEvasionStack();
  });
  afterAll(() => stack[Symbol.asyncDispose]());

  it.concurrent.each(cases)("$id: $how", async (evasion) => {
    const results = await stack.lanes.borrow((lane) => runCase(evasion, lane, stack.leaks));
    const result = { evasion, results };
    if (!isPassed(result)) throw new Error(failureText(result));
  });
});
