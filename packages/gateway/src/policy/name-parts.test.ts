import { describe, expect, it } from "vitest";
import { readNameParts } from "./name-parts.ts";

describe("readNameParts", () => {
  it.each<[string, readonly string[] | undefined]>([
    ["public.customers", ["public", "customers"]],
    ["shop.public.*", ["shop", "public", "*"]],
    ['public."a.b"', ["public", "a.b"]],
    ['"say ""hi""".x', ['say "hi"', "x"]],
    ["one", ["one"]],
    ["", undefined],
    ["a..b", undefined],
    [".a", undefined],
    ["a.", undefined],
    ['a."b', undefined],
    ['a.b"c"', undefined],
    ['a."b"c', undefined],
  ])("%s", (name, parts) => {
    expect(readNameParts(name)?.map(({ text }) => text)).toEqual(parts);
  });

  it("tells quoted parts, which are no patterns", () => {
    expect(readNameParts('*."*"')).toEqual([
      { text: "*", quoted: false },
      { text: "*", quoted: true },
    ]);
  });
});
