import { describe, expect, it } from "vitest";
import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { errorCodes, GatewayError } from "@sallyport/shared/errors";
import { decodeErrorResponse } from "./messages/error-response.ts";
import { errorResponse, pgNativeErrors } from "./native-errors.ts";

function read(bytes: Buffer): ReturnType<typeof decodeErrorResponse> {
  expect(String.fromCharCode(bytes[0] ?? 0)).toBe("E");
  expect(bytes.readInt32BE(1)).toBe(bytes.length - 1);
  return decodeErrorResponse(new ByteReader(bytes, 5));
}

describe("errorResponse", () => {
  it.each(errorCodes)("words %s", (code) => {
    const error = new GatewayError(code, "only for the log");
    const bytes = errorResponse(error, "ERROR");
    expect(read(bytes)).toEqual({
      severity: "ERROR",
      code: pgNativeErrors[code],
      message: `sallyport: ${error.summary}`,
    });
    expect(bytes.toString()).not.toContain("only for the log");
    expect(pgNativeErrors[code]).toMatch(/^[0-9A-Z]{5}$/);
  });

  it("shows detail and hint, and no NUL that would begin another field", () => {
    const text = errorResponse(
      new GatewayError("policy/denied", "x", { detail: "a\0Cb", hint: "c" }),
      "FATAL",
    ).toString();
    expect(text).toContain("Da Cb\0Hc\0\0");
    expect(text).toContain("VFATAL\0");
  });
});
