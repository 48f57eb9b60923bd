import { describe, expect, it } from "vitest";
import { CommandFailure } from "../command-failure.ts";
import { Examination, ExaminationEnded } from "./examination.ts";

describe("an examination", () => {
  it("ends at the stage that fails, with its exit code and next step", async () => {
    const told: string[] = [];
    const seen = new Examination(({ stage }) => told.push(stage));
    expect(await seen.stage("first", async () => ({ detail: "fine", value: 7 }))).toBe(7);
    seen.skip("second", "not for you");
    const failing = seen.stage("third", () => Promise.reject(new CommandFailure("broken", "mend it", undefined, 5)));
    await expect(failing).rejects.toBeInstanceOf(ExaminationEnded);
    expect(told).toEqual(["first", "second", "third"]);
    expect(seen.exitCode).toBe(5);
    expect(seen.findings.at(-1)).toEqual({ stage: "third", state: "failed", detail: "broken", nextStep: "mend it" });
  });

  it("does not take an error of ours for a finding", async () => {
    const seen = new Examination(() => undefined);
    await expect(seen.stage("first", () => Promise.reject(new Error("bug")))).rejects.toThrow("bug");
    expect(seen.findings).toEqual([]);
  });
});
