import { createHash } from "node:crypto";
import type { Parameter } from "@sallyport/shared/statement";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordParameter } from "./record-parameter.ts";

const KEPT_BYTES = 64 * 1024;

function text(value: Buffer | string): Parameter {
  return { format: "text", value: Buffer.from(value) };
}

describe("a recorded parameter", () => {
  it.each([
    ["NULL", { format: "text", value: undefined }, null],
    ["an empty text, which is not NULL", text(""), ""],
    ["text", text("Zoë"), "Zoë"],
    ["text that is no UTF-8", text(Buffer.from([0xff, 0x41])), { base64: "/0E=" }],
    ["bytes", { format: "binary", value: Buffer.from("abc") }, { base64: "YWJj" }],
  ] satisfies readonly (readonly [string, Parameter, unknown])[])("is %s", (_what, parameter, recorded) => {
    expect(recordParameter(parameter)).toEqual(recorded);
  });

  it("is kept whole up to 64 KiB", () => {
    expect(recordParameter(text("x".repeat(KEPT_BYTES)))).toBe("x".repeat(KEPT_BYTES));
  });

  it("is cut beyond that, with the length and hash of the whole", () => {
    const value = Buffer.alloc(KEPT_BYTES + 1, "é");
    expect(recordParameter({ format: "text", value })).toEqual({
      cut: value.subarray(0, KEPT_BYTES).toString("base64"),
      bytes: KEPT_BYTES + 1,
      sha256: createHash("sha256").update(value).digest("hex"),
    });
  });

  it("gives back every byte of whatever was bound", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom("text", "binary"), (bytes, format) => {
        const value = Buffer.from(bytes);
        const recorded = recordParameter({ format, value });
        const kept =
          typeof recorded === "string"
            ? Buffer.from(recorded)
            : recorded !== null && "base64" in recorded
              ? Buffer.from(recorded.base64, "base64")
              : undefined;
        expect(kept).toEqual(value);
      }),
    );
  });
});
