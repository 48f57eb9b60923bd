import { describe, expect, it } from "vitest";
import { parseSize, readSize } from "./size.ts";

describe("readSize", () => {
  it.each([
    ["1B", 1],
    ["500KB", 500_000],
    ["20MB", 20_000_000],
    ["1GB", 1_000_000_000],
    ["0MB", undefined],
    ["20", undefined],
    ["20 MB", undefined],
    ["20mb", undefined],
    ["1.5MB", undefined],
    ["-1MB", undefined],
  ])("%s is %s", (text, bytes) => {
    expect(readSize(text)).toBe(bytes);
  });
});

describe("parseSize", () => {
  it("throws for what no schema would have let pass", () => {
    expect(() => parseSize("much")).toThrow(/internal\/unexpected/);
  });
});
