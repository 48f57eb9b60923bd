import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import {
  readLengthEncodedBytes,
  readLengthEncodedInteger,
  readLengthEncodedLength,
  readNullableBytes,
  writeLengthEncodedBytes,
  writeLengthEncodedInteger,
} from "./length-encoded.ts";

const reader = (hex: string): ByteReader => new ByteReader(Buffer.from(hex, "hex"));

describe("a length-encoded integer", () => {
  it.each([
    [0n, "00"],
    [250n, "fa"],
    [251n, "fcfb00"],
    [65_535n, "fcffff"],
    [65_536n, "fd000001"],
    [2n ** 24n - 1n, "fdffffff"],
    [2n ** 24n, "fe0000000100000000"],
    [2n ** 64n - 1n, "feffffffffffffffff"],
  ])("of %d takes the shortest form", (value, hex) => {
    expect(writeLengthEncodedInteger(new ByteWriter(), value).finish().toString("hex")).toBe(hex);
    expect(readLengthEncodedInteger(reader(hex))).toBe(value);
  });

  it.each(["", "fb", "ff", "fc00", "fd0000", "fe00000000000000"])("is not %o", (hex) => {
    expect(() => readLengthEncodedInteger(reader(hex))).toThrow("protocol/malformed");
  });

  it("is no length beyond what can follow", () => {
    expect(() => readLengthEncodedLength(reader("feffffffffffffffff"))).toThrow("a length of");
    expect(() => readLengthEncodedBytes(reader("feffffffffff0f0000"))).toThrow("needs");
  });
});

describe("length-encoded bytes", () => {
  it("are read as they were written", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: "max" }), (bytes) => {
        const written = writeLengthEncodedBytes(new ByteWriter(), bytes).finish();
        expect(readNullableBytes(new ByteReader(written))?.equals(bytes)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it("may be NULL in a row", () => {
    expect(readNullableBytes(reader("fb"))).toBeUndefined();
  });
});
