import { expect, it } from "vitest";
import { TextCache } from "./text-cache.ts";

const read = { statements: [] };

it("keeps a text when it comes the second time, so that those that come once push nothing out", () => {
  const cache = new TextCache({ entries: 100, bytes: 10_000, bytesOfOne: 1_000 });
  cache.meet(Buffer.from("used"), read);
  expect(cache.get(Buffer.from("used"))).toBeUndefined();
  cache.meet(Buffer.from("used"), read);
  for (let n = 0; n < 1000; n++) cache.meet(Buffer.from(`once ${n}`), read);
  expect(cache.get(Buffer.from("used"))).toBe(read);
  expect(cache.size).toBe(1);
  cache.meet(Buffer.from("once 0"), read);
  expect(cache.get(Buffer.from("once 0"))).toBeUndefined();
  cache.meet(Buffer.from("once 999"), read);
  expect(cache.get(Buffer.from("once 999"))).toBe(read);
});

it("keeps within its bounds and forgets the longest unused", () => {
  const cache = new TextCache({ entries: 100, bytes: 10_000, bytesOfOne: 1_000 });
  cache.keep(Buffer.from("hot"), read);
  for (let n = 0; n < 1000; n++) {
    cache.keep(Buffer.from(`cold ${n}`), read);
    expect(cache.get(Buffer.from("hot"))).toBe(read);
    expect(cache.size).toBeLessThanOrEqual(100);
  }
  expect(cache.get(Buffer.from("cold 0"))).toBeUndefined();
  expect(cache.get(Buffer.from("cold 999"))).toBe(read);
});

it("counts bytes, so that long texts do not add up", () => {
  const cache = new TextCache({ entries: 100, bytes: 10_000, bytesOfOne: 1_000 });
  for (let n = 0; n < 50; n++) {
    cache.keep(Buffer.from(String(n).padEnd(1_000, "x")), read);
    expect(cache.bytes).toBeLessThanOrEqual(10_000);
  }
  expect(cache.admits(1_001)).toBe(false);
});

it("weighs what was read in a text as well", () => {
  const cache = new TextCache({ entries: 100, bytes: 10_000, bytesOfOne: 1_000 });
  for (let n = 0; n < 50; n++) {
    cache.keep(Buffer.from(`short ${n}`), read, { bytes: 2_000 });
    expect(cache.get(Buffer.from(`short ${n}`))).toBe(read);
    expect(cache.bytes).toBeLessThanOrEqual(10_000);
  }
  expect(cache.size).toBeLessThanOrEqual(5);
  // one of the older generation comes along with its whole weight
  const before = cache.bytes;
  expect(cache.get(Buffer.from("short 48"))).toBe(read);
  expect(cache.bytes).toBeLessThanOrEqual(before);
});

it("tells texts apart by their mode, and finds those that came last as well as older ones", () => {
  const cache = new TextCache({ entries: 10_000, bytes: 1_000_000, bytesOfOne: 1_000 });
  const [plain, ansi] = [{ statements: [] }, { statements: [] }];
  const texts = Array.from({ length: 400 }, (_, n) => Buffer.from(`select ${n}`));
  for (const text of texts) {
    cache.keep(text, plain);
    cache.keep(text, ansi, { mode: "ansi" });
  }
  for (let round = 0; round < 2; round++) {
    for (const text of texts) {
      expect(cache.get(text)).toBe(plain);
      expect(cache.get(text, "ansi")).toBe(ansi);
      expect(cache.get(text, "other")).toBeUndefined();
    }
  }
});
