import { describe, expect, it } from "vitest";
import { createSipHash, SIP_HASH_BYTES } from "./sip-hash.ts";

const key = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");

/** By the number of bytes, which count up from 0: as `openssl mac -macopt size:16 SIPHASH` gives them. */
const vectors: readonly (readonly [number, string])[] = [
  [0, "a3817f04ba25a8e66df67214c7550293"],
  [1, "da87c1d86b99af44347659119b22fc45"],
  [7, "a1f1ebbed8dbc153c0b84aa61ff08239"],
  [8, "3b62a9ba6258f5610f83e264f31497b4"],
  [9, "264499060ad9baabc47f8b02bb6d71ed"],
  [15, "5493e99933b0a8117e08ec0f97cfc3d9"],
  [16, "6ee2a4ca67b054bbfd3315bf85230577"],
  [17, "473d06e8738db89854c066c47ae47740"],
  [63, "5150d1772f50834a503e069a973fbd7c"],
  [64, "1eaf077dc0d4cd3f8cad4d383658a74b"],
  [200, "7c5853f4ed12ff9d836a79bc4047022d"],
];

describe("createSipHash", () => {
  it.each(vectors)("is SipHash-2-4 of %i bytes, wherever they lie", (length, expected) => {
    const bytes = Buffer.concat([
      Buffer.from("<"),
      Buffer.from(Array.from({ length }, (_, at) => at)),
      Buffer.from(">>>"),
    ]);
    const into = Buffer.alloc(SIP_HASH_BYTES);
    createSipHash(key)(bytes, 1, 1 + length, into);
    expect(into.toString("hex")).toBe(expected);
  });

  it("has no key of another length", () => {
    expect(() => createSipHash(Buffer.alloc(32))).toThrow("32 bytes");
  });
});
