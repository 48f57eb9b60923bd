import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskText } from "./apply-mask.ts";
import { createBytesMask } from "./mask-bytes.ts";
import type { Mask } from "./mask.ts";

const key = Buffer.alloc(32, 7);
const masks: readonly Mask[] = [
  { kind: "redact" },
  { kind: "null" },
  { kind: "email" },
  { kind: "hash" },
  { kind: "format" },
  { kind: "partial", keepLast: 0 },
  { kind: "partial", keepLast: 4 },
  { kind: "partial", keepLast: 1000 },
];

/** What the mask makes of a text that stands among other bytes. */
function masked(text: string | Buffer, mask: Mask): string | undefined {
  const bytes = Buffer.concat([Buffer.from("a@"), Buffer.from(text), Buffer.from("@b.de")]);
  return createBytesMask(mask, key)(bytes, 2, bytes.length - 5)?.toString("utf8");
}

describe("createBytesMask", () => {
  const addresses = fc
    .tuple(fc.string(), fc.constantFrom("@", ".", "@.", "@a."), fc.string({ unit: "grapheme", maxLength: 6 }))
    .map((parts) => parts.join(""));
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary-ascii" }),
    fc.string({ minLength: 250, maxLength: 600 }),
    fc.emailAddress(),
    addresses,
  );

  it.each(masks)("makes of bytes under %j what is made of their text", (mask) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(masked(text, mask)).toBe(maskText(text, mask, key));
      }),
      { numRuns: 500 },
    );
  });

  it.each(masks.filter(({ kind }) => kind !== "hash"))("takes what is not UTF-8 under %j as text does", (mask) => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString("utf8");
        expect(masked(Buffer.from(bytes), mask)).toBe(maskText(text, mask, key));
      }),
    );
  });

  it("has another hash for other bytes, though they are no text", () => {
    const hash: Mask = { kind: "hash" };
    expect(masked(Buffer.from([0xff]), hash)).not.toBe(masked(Buffer.from([0xfe]), hash));
    expect(masked(Buffer.from([0xff]), hash)).toMatch(/^[g-z]{16}$/);
  });

  it("leaves the bytes alone", () => {
    const bytes = Buffer.from("ann@example.com");
    for (const mask of masks) createBytesMask(mask, key)(bytes, 0, bytes.length);
    expect(bytes.toString()).toBe("ann@example.com");
  });
});
