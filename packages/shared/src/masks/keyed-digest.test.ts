import { describe, expect, it } from "vitest";
import { keyedDigest } from "./keyed-digest.ts";

const key = Buffer.alloc(32, 9);

describe("keyedDigest", () => {
  it("is the same for the same value, as text and as bytes", () => {
    const digest = keyedDigest(key, "text", "zoé");
    expect(keyedDigest(key, "text", Buffer.from("zoé"))).toEqual(digest);
    expect(keyedDigest(Buffer.from(key), "text", "zoé")).toEqual(digest);
    expect(digest).toHaveLength(16);
  });

  it("is another one for another value, purpose or key, and is kept while others are made", () => {
    const digest = keyedDigest(key, "text", "ann");
    const others = [
      keyedDigest(key, "text", "anna"),
      keyedDigest(key, "uuid", "ann"),
      keyedDigest(Buffer.alloc(32, 8), "text", "ann"),
    ];
    expect(new Set([digest, ...others].map(String)).size).toBe(4);
    expect(keyedDigest(key, "text", "ann")).toEqual(digest);
  });
});
