import { describe, expect, it } from "vitest";
import { Questions } from "./questions.ts";

describe("Questions", () => {
  it("are answered by their numbers, in any order, and each once", async () => {
    const questions = new Questions<string>();
    const sent: number[] = [];
    const [first, second] = ["a", "b"].map(() => questions.ask((question) => sent.push(question)));
    questions.answer(sent[1] ?? 0, "second");
    questions.answer(sent[1] ?? 0, "again");
    questions.answer(sent[0] ?? 0, "first");
    questions.answer(99, "nobody asked");
    expect(await Promise.all([first, second])).toEqual(["first", "second"]);
  });

  it("are all answered when whoever was asked is gone", async () => {
    const questions = new Questions<string | undefined>();
    const open = questions.ask(() => undefined);
    questions.answerAll(undefined);
    expect(await open).toBe(undefined);
  });
});
