import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { keyedDigest } from "./keyed-digest.ts";

describe("keyedDigest", () => {
  it.each(["", "ann", "é", "a".repeat(1000)])("is the HMAC of %s and its purpose", (value) => {
    const key = Buffer.alloc(32, 9);
    const expected = createHmac("sha256", key).update(`sallyport/mask/text\0${value}`).digest();
    expect(keyedDigest(key, "text", value)).toEqual(expected);
    expect(keyedDigest(key, "text", Buffer.from(value))).toEqual(expected);
    expect(keyedDigest(key, "uuid", value)).not.toEqual(expected);
  });
});
