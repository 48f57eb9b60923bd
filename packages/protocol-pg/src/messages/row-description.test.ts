import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { GatewayError } from "@sallyport/shared/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRowDescription, type ColumnDescription } from "./row-description.ts";

const column = fc.record({
  name: fc.string({ unit: "grapheme" }).filter((name) => !name.includes("\0")),
  relation: fc.integer({ min: 0, max: 0xffff_ffff }),
  column: fc.integer({ min: -32_768, max: 32_767 }),
  type: fc.integer({ min: 0, max: 0xffff_ffff }),
  size: fc.integer({ min: -32_768, max: 32_767 }),
  modifier: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  format: fc.constantFrom("text" as const, "binary" as const),
});

describe("decodeRowDescription", () => {
  it("reads what a server says of its columns", () => {
    fc.assert(
      fc.property(fc.array(column), (columns) => {
        expect(decode(encode(columns))).toEqual(columns);
      }),
    );
  });

  it("meets garbage with GatewayErrors only", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decode(Buffer.from(bytes));
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
        }
      }),
    );
  });

  it("does not believe in more columns than a server has, nor in a third format", () => {
    expect(() => decode(Buffer.from("0681", "hex"))).toThrow("1665 columns");
    expect(() => decode(Buffer.from("000100000000000000000000170004000000000002", "hex"))).toThrow("format 2");
    expect(() => decode(Buffer.from("000000", "hex"))).toThrow("left over");
  });
});

function decode(body: Buffer): readonly ColumnDescription[] {
  return decodeRowDescription(new ByteReader(body, 0, body.length, "server/malformed"));
}

function encode(columns: readonly ColumnDescription[]): Buffer {
  const writer = new ByteWriter().int16(columns.length);
  for (const { name, relation, column, type, size, modifier, format } of columns) {
    writer
      .string(name)
      .int32(relation | 0)
      .int16(column);
    writer
      .int32(type | 0)
      .int16(size)
      .int32(modifier)
      .int16(format === "binary" ? 1 : 0);
  }
  return writer.finish();
}
