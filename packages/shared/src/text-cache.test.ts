import { expect, it } from "vitest";
import { TextCache } from "./text-cache.ts";

const read = { statements: [] };

it("keeps a text when it comes the second time, so that those that come once push nothing out", () => {
  const cache = new TextCache({ entries: 100, bytes: 10_000, bytesOfOne: 1_000 });
  cache.meet("used", read);
  expect(cache.get("used")).toBeUndefined();
  cache.meet("used", read);
  for (let n = 0; n < 1000; n++) cache.meet(`once ${n}`, read);
  expect(cache.get("used")).toBe(read);
  expect(cache.size).toBe(1);
  cache.meet("once 0", read);
  expect(cache.get("once 0")).toBeUndefined();
  cache.meet("once 999", read);
  expect(cache.get("once 999")).toBe(read);
});

it("keeps within its bounds and forgets the longest unused", () => {
  const cache = new TextCache({ entries: 100, bytes: 10_000, bytesOfOne: 1_000 });
  cache.keep("hot", read);
  for (let n = 0; n < 1000; n++) {
    cache.keep(`cold ${n}`, read);
    expect(cache.get("hot")).toBe(read);
    expect(cache.size).toBeLessThanOrEqual(100);
  }
  expect(cache.get("cold 0")).toBeUndefined();
  expect(cache.get("cold 999")).toBe(read);
});

it("counts bytes, so that long texts do not add up", () => {
  const cache = new TextCache({ entries: 100, bytes: 10_000, bytesOfOne: 1_000 });
  for (let n = 0; n < 50; n++) {
    cache.keep(String(n).padEnd(1_000, "x"), read);
    expect(cache.bytes).toBeLessThanOrEqual(10_000);
  }
  expect(cache.admits(1_001)).toBe(false);
});

it("weighs what was read in a text as well", () => {
  const cache = new TextCache({ entries: 100, bytes: 10_000, bytesOfOne: 1_000 });
  for (let n = 0; n < 50; n++) {
    cache.keep(`short ${n}`, read, 2_000);
    expect(cache.get(`short ${n}`)).toBe(read);
    expect(cache.bytes).toBeLessThanOrEqual(10_000);
  }
  expect(cache.size).toBeLessThanOrEqual(5);
  // one of the older generation comes along with its whole weight
  const before = cache.bytes;
  expect(cache.get("short 48")).toBe(read);
  expect(cache.bytes).toBeLessThanOrEqual(before);
});
