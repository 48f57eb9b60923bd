import { describe, expect, it } from "vitest";
import { parseWorkers } from "./parse-workers.ts";

describe("parseWorkers", () => {
  it("reads whole numbers from 1 to 64", () => {
    expect([parseWorkers("1"), parseWorkers("64")]).toEqual([1, 64]);
    for (const text of ["0", "65", "-1", "1.5", "auto", ""]) expect(() => parseWorkers(text)).toThrow("from 1 to 64");
  });
});
