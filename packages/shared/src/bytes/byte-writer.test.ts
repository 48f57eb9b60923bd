import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";

describe("ByteWriter", () => {
  it("writes what ByteReader reads, however often it has to grow", () => {
    const values = fc.array(
      fc.record({
        small: fc.nat(255),
        middle: fc.integer({ min: -32768, max: 32767 }),
        large: fc.integer(),
        text: fc.string({ unit: "grapheme" }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(values, (written) => {
        const writer = new ByteWriter();
        const plain = written.map((value) => ({ ...value, text: value.text.replaceAll("\0", "") }));
        for (const { small, middle, large, text } of plain) writer.uint8(small).int16(middle).int32(large).string(text);
        const reader = new ByteReader(writer.finish());
        const read = plain.map(() => ({
          small: reader.uint8(),
          middle: reader.int16(),
          large: reader.int32(),
          text: reader.string(),
        }));
        reader.expectEnd();
        expect(read).toEqual(plain);
      }),
    );
  });
});
