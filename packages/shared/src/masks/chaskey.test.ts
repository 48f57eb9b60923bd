import { describe, expect, it } from "vitest";
import { dataViewOf } from "../bytes/copy-bytes.ts";
import { CHASKEY_BYTES, createChaskey } from "./chaskey.ts";

const key = bytesOf([0x833d3433, 0x009f389f, 0x2398e64f, 0x417acf39]);

/** By the number of bytes, which count up from 0: those that the authors published for 12 rounds. */
const vectors: readonly (readonly [number, readonly number[]])[] = [
  [0, [0x43cb1f41, 0x51eba0c2, 0xff0a8ac3, 0x7ee3f642]],
  [1, [0xf9ac2067, 0x9c35a846, 0x441aad3d, 0x777b7330]],
  [3, [0x8c5e6ab9, 0x5035adfb, 0xbff69f98, 0x965516d9]],
  [4, [0x0b2b62db, 0x1e9e3f50, 0xa1b8dcad, 0xb4279ae0]],
  [5, [0x39fa92b9, 0x1b655e4f, 0x5e4a4667, 0x0fe13365]],
  [15, [0x03cfb44b, 0x283c8163, 0xfca71448, 0xc40a0aea]],
  [16, [0x5dd0e2a9, 0xfb5eac8c, 0x633a392e, 0x500c36f3]],
  [17, [0x8b5f6d5a, 0x202314f6, 0x22092368, 0x9639e606]],
  [31, [0x1d3d30b1, 0x01d74fca, 0x3b2eb54c, 0xd8cd36b4]],
  [32, [0x77962784, 0x07c647fa, 0xdd752c0f, 0xd2f5a799]],
  [33, [0xd74bb867, 0x2c0dfb3a, 0xb697e9cd, 0x5658edda]],
  [63, [0x2dd072e1, 0x42b89efe, 0xfb26b615, 0x049aa451]],
];

describe("createChaskey", () => {
  it.each(vectors)("is Chaskey-12 of %i bytes, wherever they lie", (length, expected) => {
    const message = Array.from({ length }, (_, at) => at);
    const bytes = Buffer.concat([Buffer.from("<"), Buffer.from(message), Buffer.from(">>>")]);
    const into = Buffer.alloc(CHASKEY_BYTES);
    createChaskey(key)(bytes, 1, 1 + length, dataViewOf(into));
    expect(into).toEqual(bytesOf(expected));
  });

  it("doubles a key whose highest bit is set", () => {
    // no published vector has such a key: this one was calculated with numbers of 128 bits, by a program that gives the ones above too
    const high = Buffer.alloc(16);
    high[15] = 0x80;
    const into = Buffer.alloc(CHASKEY_BYTES);
    createChaskey(high)(Buffer.alloc(0), 0, 0, dataViewOf(into));
    expect(into.toString("hex")).toBe("01943e14d99493d5f277b9b0248062b4");
  });

  it("has no key of another length", () => {
    expect(() => createChaskey(Buffer.alloc(32))).toThrow("32 bytes");
  });
});

function bytesOf(words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [at, word] of words.entries()) bytes.writeUInt32LE(word, at * 4);
  return bytes;
}
