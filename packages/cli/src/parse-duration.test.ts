import { describe, expect, it } from "vitest";
import { parseCount, parseDuration } from "./parse-duration.ts";

describe("parseDuration", () => {
  it.each([
    ["90", 90],
    ["30m", 1800],
    ["5min", 300],
    ["8h", 28_800],
    ["7d", 604_800],
  ])("reads %s", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(["", "0", "0h", "-1h", "1.5h", "1 h", "1w", "h", "999999999d"])("refuses %j", (text) => {
    expect(() => parseDuration(text)).toThrow("Write it as 30m, 8h or 7d.");
  });
});

describe("parseCount", () => {
  it("reads whole numbers from 1 on", () => {
    expect(parseCount("200")).toBe(200);
    for (const text of ["0", "-1", "1.5", "x", ""]) expect(() => parseCount(text)).toThrow("whole number");
  });
});
