import { describe, expect, it } from "vitest";
import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { errorCodes, GatewayError } from "@sallyport/shared/errors";
import { decodeErrPacket, type ErrPacket } from "./messages/err-packet.ts";
import { errPacket, mysqlNativeErrors, sqlStateOf } from "./native-errors.ts";

function read(packet: Buffer): ErrPacket & { readonly sequence: number } {
  expect(packet.readUIntLE(0, 3)).toBe(packet.length - 4);
  return { ...decodeErrPacket(new ByteReader(packet, 4)), sequence: packet.readUInt8(3) };
}

describe("errPacket", () => {
  it.each(errorCodes)("words %s", (code) => {
    const error = new GatewayError(code, "only for the log");
    const native = mysqlNativeErrors[code];
    expect(read(errPacket(error, 3, { withState: true }))).toEqual({
      sequence: 3,
      code: native,
      sqlState: sqlStateOf(native),
      message: `sallyport: ${error.summary} (${error.hint})`,
    });
    expect(native).toBeGreaterThanOrEqual(1000);
    expect(sqlStateOf(native)).toMatch(/^[0-9A-Z]{5}$/);
  });

  it("leaves the SQLSTATE out where the client has not said yet that it knows it", () => {
    expect(read(errPacket(new GatewayError("login/too-many-connections", "x"), 0, { withState: false }))).toMatchObject(
      {
        code: 1040,
        sqlState: undefined,
      },
    );
  });

  it("says all in one line without control characters", () => {
    const error = new GatewayError("policy/denied", "x", { detail: "a\0b\r\n\u001b[31mc\u2028d", hint: "e\tf" });
    expect(read(errPacket(error, 1, { withState: true })).message).toBe(
      `sallyport: ${error.summary} a b [31mc d (e f)`,
    );
  });

  it.each([
    ["drops the hint first", "d".repeat(440), /^sallyport: .* d{440}$/],
    ["then cuts between two characters", "ß".repeat(440), /ß…$/],
  ])("fits what clients keep: it %s", (_, detail, expected) => {
    const { message } = read(errPacket(new GatewayError("policy/denied", "x", { detail }), 1, { withState: true }));
    expect(message).toMatch(expected);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(511);
  });
});
