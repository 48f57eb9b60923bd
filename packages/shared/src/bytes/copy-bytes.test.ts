import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyBytes, dataViewOf } from "./copy-bytes.ts";

describe("copyBytes", () => {
  it("copies what Buffer.copy would, of whatever length, and touches nothing else", () => {
    const place = fc.nat(40);
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 100, maxLength: 100 }),
        place,
        fc.nat(60),
        place,
        (bytes, start, length, at) => {
          const from = Buffer.from(bytes);
          const [to, expected] = [Buffer.alloc(120, 0xee), Buffer.alloc(120, 0xee)];
          from.copy(expected, at, start, start + length);
          copyBytes(dataViewOf(from), start, start + length, dataViewOf(to), at);
          expect(to).toEqual(expected);
        },
      ),
    );
  });
});
