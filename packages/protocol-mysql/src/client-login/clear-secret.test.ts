import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { GatewayError } from "@sallyport/shared/errors";
import { writeLengthEncodedBytes } from "../messages/length-encoded.ts";
import { clearSecret, openidConnectToken } from "./clear-secret.ts";

const openid = (token: string, form = 1): Buffer =>
  writeLengthEncodedBytes(new ByteWriter().uint8(form), Buffer.from(token)).finish();

describe("a secret in clear", () => {
  it.each([
    ["with the NUL", Buffer.from("tökèn\0"), "tökèn"],
    ["without it", Buffer.from("tökèn"), "tökèn"],
  ])("%s", (_, answer, secret) => {
    expect(clearSecret(answer).reveal()).toBe(secret);
  });

  it.each([
    ["nothing", Buffer.alloc(0), "login/failed"],
    ["an empty text", Buffer.alloc(1), "login/failed"],
    ["a NUL inside", Buffer.from("a\0b\0"), "protocol/malformed"],
    ["two NULs behind", Buffer.from("a\0\0"), "protocol/malformed"],
    ["bytes that are not UTF-8", Buffer.from([0xc3, 0x28]), "protocol/malformed"],
  ])("is not %s", (_, answer, code) => {
    expect(() => clearSecret(answer)).toThrow(code);
  });
});

describe("a token of OpenID Connect", () => {
  it("stands behind its form and its length", () => {
    const token = "e".repeat(2_000);
    expect(openidConnectToken(openid(token)).reveal()).toBe(token);
  });

  it("may have the rest of a buffer behind it, as Connector/J sends it", () => {
    expect(openidConnectToken(Buffer.concat([openid("tokèn"), Buffer.alloc(8)])).reveal()).toBe("tokèn");
  });

  it.each([
    ["nothing", Buffer.alloc(0), "login/failed"],
    ["more of a buffer than there can be", Buffer.concat([openid("x"), Buffer.alloc(9)]), "protocol/malformed"],
    ["an empty token", openid(""), "login/failed"],
    ["another form", openid("x", 2), "protocol/malformed"],
    ["bytes behind", Buffer.concat([openid("x"), Buffer.from("y")]), "protocol/malformed"],
    ["a length beyond the packet", Buffer.from("01fcffff78", "hex"), "protocol/malformed"],
  ])("is not %s", (_, answer, code) => {
    expect(() => openidConnectToken(answer)).toThrow(code);
  });
});

describe("any bytes", () => {
  it.each([clearSecret, openidConnectToken])("%o throws nothing but GatewayError", (read) => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          read(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
    );
  });
});
