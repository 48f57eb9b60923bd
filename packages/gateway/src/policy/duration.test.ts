import { describe, expect, it } from "vitest";
import { readDuration } from "./duration.ts";

describe("readDuration", () => {
  it.each([
    ["1s", 1000],
    ["30s", 30_000],
    ["15m", 900_000],
    ["2h", 7_200_000],
    ["24d", 2_073_600_000],
  ])("reads %j", (text, ms) => {
    expect(readDuration(text)).toBe(ms);
  });

  it.each(["", "0s", "5", "m", "1.5h", "-1s", "1w", "1h30m", " 1s", "1S", "25d", "9999999d", "99999999s"])(
    "refuses %j",
    (text) => {
      expect(readDuration(text)).toBeUndefined();
    },
  );

  it("knows none that a timer would take for no time at all", () => {
    expect(readDuration("24d")).toBeLessThan(2 ** 31);
  });
});
