import { describe, expect, it } from "vitest";
import { createTextFinder } from "./find-in-text.ts";
import type { Find } from "./mask.ts";

const key = Buffer.alloc(32, 7);
const card: Find = { detector: "card-number", mask: { kind: "partial", keepLast: 4 } };
const email: Find = { detector: "email", mask: { kind: "email" } };
const gone: Find = { detector: { pattern: "4111.*" }, mask: { kind: "null" } };

describe("createTextFinder", () => {
  it("makes none of nothing", () => {
    expect(createTextFinder([], key)).toBeUndefined();
  });

  it.each<[readonly Find[], string, string | undefined]>([
    [[card, email], "ann@example.com pays 4111 1111 1111 1111.", "a***@***.com pays ***************1111."],
    [[card, email], "nothing to see", undefined],
    [[gone], "pays 4111 and more", "pays "],
    [[card, gone], "pays 4111111111111111 now", "pays [redacted]"],
  ])("with %j makes of %j %j", (find, text, expected) => {
    const finder = createTextFinder(find, key);
    expect(finder?.replace(text)).toBe(expected);
    const bytes = Buffer.from(text);
    if (expected !== undefined) expect(finder?.mayFind(bytes, 0, bytes.length)).toBe(true);
  });

  it("looks only where a find is possible", () => {
    const finder = createTextFinder([card, email], key);
    const may = (text: string): boolean | undefined => finder?.mayFind(Buffer.from(text), 0, Buffer.byteLength(text));
    expect(may("a long text without any of it")).toBe(false);
    expect(may("123456789012")).toBe(false);
    expect(may("1234567890123")).toBe(true);
    expect(may("a@b.de")).toBe(true);
    // only the part that it is asked about
    expect(finder?.mayFind(Buffer.from("a@b.de and so on"), 7, 16)).toBe(false);
  });
});
