import { describe, expect, it } from "vitest";
import { containing } from "../../../../test/support/text-matchers.ts";
import { allReached } from "./family-tree.ts";

const steps = (...edges: readonly (readonly [number, readonly number[]])[]) => new Map(edges);

describe("what inherits from another", () => {
  it.each([
    ["nothing", steps(), {}],
    ["a parent", steps([1, [2]]), { 1: [2] }],
    ["a line", steps([1, [2]], [2, [3]]), { 1: [2, 3], 2: [3] }],
    ["two parents with one parent", steps([1, [2, 3]], [2, [4]], [3, [4]]), { 1: [2, 3, 4], 2: [4], 3: [4] }],
    ["a circle, which no server makes", steps([1, [2]], [2, [1]]), { 1: [2], 2: [1] }],
    ["itself", steps([1, [1]]), { 1: [] }],
  ])("is reached all the way: %s", (_, given, reached) => {
    expect(Object.fromEntries(allReached(given))).toEqual(reached);
  });

  it("is refused where it would fill the memory", () => {
    const line = new Map(Array.from({ length: 4_000 }, (_, index) => [index, [index + 1]] as const));
    expect(() => allReached(line)).toThrow(
      expect.objectContaining({ code: "server/malformed", message: containing("more inherits") }),
    );
  });
});
