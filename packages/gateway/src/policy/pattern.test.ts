import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePattern } from "./pattern.ts";

describe("compilePattern", () => {
  it.each([
    ["shop", "shop", true],
    ["shop", "shops", false],
    ["shop", "Shop", false],
    ["*", "", true],
    ["*", "anything", true],
    ["shop-*", "shop-", true],
    ["shop-*", "shop-eu", true],
    ["shop-*", "my-shop-eu", false],
    ["*-prod", "shop-prod", true],
    ["*-prod", "prod", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["ab*bc", "abc", false],
    ["*b*b*", "b", false],
    ["*b*b*", "abcb", true],
    ["s.op", "shop", false],
    ["[a-z]", "b", false],
    ["", "", true],
    ["", "a", false],
  ])("%j of %j is %s", (pattern, text, expected) => {
    expect(compilePattern(pattern)(text)).toBe(expected);
  });

  it("agrees with the textbook definition", () => {
    const means = (pattern: string, text: string): boolean => {
      if (pattern === "") return text === "";
      if (pattern.startsWith("*"))
        return means(pattern.slice(1), text) || (text !== "" && means(pattern, text.slice(1)));
      return pattern[0] === text[0] && means(pattern.slice(1), text.slice(1));
    };
    const letters = (characters: string[], maxLength: number): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom(...characters), maxLength });
    fc.assert(
      fc.property(letters(["a", "b", "*"], 8), letters(["a", "b"], 10), (pattern, text) => {
        expect(compilePattern(pattern)(text)).toBe(means(pattern, text));
      }),
      { numRuns: 2000 },
    );
  });
});
