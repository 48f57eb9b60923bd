import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskText } from "./apply-mask.ts";
import type { Mask } from "./mask.ts";

const key = Buffer.alloc(32, 7);
const partial = (keepLast: number): Mask => ({ kind: "partial", keepLast });
const email: Mask = { kind: "email" };
const format: Mask = { kind: "format" };

describe("maskText", () => {
  it.each<[string, Mask, string | undefined]>([
    ["secret", { kind: "redact" }, "[redacted]"],
    ["", { kind: "redact" }, "[redacted]"],
    ["secret", { kind: "null" }, undefined],
    ["4111111111111111", partial(4), "************1111"],
    ["12345", partial(4), "***45"],
    ["1", partial(4), "*"],
    ["", partial(4), ""],
    ["secret", partial(0), "******"],
    ["ab😀😀", partial(1), "***😀"],
    ["a".repeat(1000), partial(2), `${"*".repeat(256)}aa`],
    ["ann@example.com", email, "a***@***.com"],
    ["ann@mail.example.co.uk", email, "a***@***.uk"],
    ["ann@example.museum", email, "a***@***"],
    ["ann@localhost", email, "a***@***"],
    ["ann.secret@localhost", email, "a***@***"],
    ["ann@example.4111", email, "a***@***"],
    ["a@b@c.de", email, "a***@***.de"],
    ["no address", email, "[redacted]"],
    ["@example.com", email, "[redacted]"],
    ["AB-12 c.9", format, "xx-00 x.0"],
    ["Zoë ٣ 漢字", format, "xxx 0 xx"],
  ])("makes of %j under %j %j", (text, mask, masked) => {
    expect(maskText(text, mask, key)).toBe(masked);
  });

  it("hashes the same text to the same digits, and only under the same key", () => {
    const hash = (text: string, under = key): string | undefined => maskText(text, { kind: "hash" }, under);
    expect(hash("ann")).toMatch(/^[g-z]{16}$/);
    expect(hash("ann")).toBe(hash("ann"));
    expect(hash("ann")).not.toBe(hash("bob"));
    expect(hash("ann")).not.toBe(hash("ann", Buffer.alloc(32, 8)));
  });

  const masks: readonly Mask[] = [{ kind: "redact" }, { kind: "null" }, email, { kind: "hash" }, format, partial(5)];

  it("never keeps six characters in a row that spell something", () => {
    const texts = fc.oneof(fc.string({ unit: "grapheme" }), fc.emailAddress(), fc.string({ minLength: 12 }));
    fc.assert(
      fc.property(texts, fc.constantFrom(...masks), (text, mask) => {
        // the ending of a domain is what one mask keeps; stars in front of five characters are another's own
        const own = mask === email ? /\.[a-z]{2,5}$/i : /^\*+/;
        const masked = (maskText(text, mask, key) ?? "").replace(own, "");
        const characters = Array.from(text);
        for (let at = 0; at + 6 <= characters.length; at++) {
          const piece = characters.slice(at, at + 6).join("");
          // punctuation and what the masks themselves are made of may come out as it went in
          if (!/^[x0\s!-/:-@[-`{-~]*$/.test(piece)) expect(masked).not.toContain(piece);
        }
      }),
    );
  });
});
