import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../errors.ts";
import { ByteReader } from "./byte-reader.ts";

describe("ByteReader", () => {
  it.each([
    ["past the end", (reader: ByteReader) => reader.int32()],
    ["a negative length", (reader: ByteReader) => reader.view(-1)],
    ["a string without its end", (reader: ByteReader) => reader.string()],
    ["what was left over", (reader: ByteReader) => reader.expectEnd()],
  ])("refuses %s", (_what, read) => {
    expect(() => read(new ByteReader(Buffer.from("ab")))).toThrow("protocol/malformed");
  });

  it("refuses text that is not UTF-8 instead of replacing it", () => {
    expect(() => new ByteReader(Buffer.from([0xc3, 0x28, 0])).string()).toThrow("UTF-8");
  });

  it("does not see a terminator that lies behind its own end", () => {
    expect(() => new ByteReader(Buffer.from("ab\0"), 0, 2).untilNul()).toThrow("terminated");
  });

  it("throws nothing but GatewayError, whatever is read from whatever bytes", () => {
    const reads = fc.array(
      fc.constantFrom(
        "uint8" as const,
        "int16" as const,
        "uint16" as const,
        "int32" as const,
        "string" as const,
        "untilNul" as const,
        "rest" as const,
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), reads, (bytes, names) => {
        const reader = new ByteReader(Buffer.from(bytes));
        try {
          for (const name of names) reader[name]();
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
    );
  });
});
