import { describe, expect, it } from "vitest";
import { Backoff } from "./backoff.ts";

describe("Backoff", () => {
  it("doubles its limit up to 30 s, and never reaches beyond it", () => {
    const backoff = new Backoff(() => 1);
    const waits = Array.from({ length: 9 }, () => backoff.nextMs(0));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("spreads its waits over all of the limit", () => {
    const backoff = new Backoff(() => 0.1);
    expect([backoff.nextMs(0), backoff.nextMs(0), backoff.nextMs(0)]).toEqual([50, 100, 200]);
  });

  it("begins anew after a tunnel that was stable, and not after one that came and went", () => {
    const backoff = new Backoff(() => 1);
    for (let failure = 0; failure < 5; failure += 1) backoff.nextMs(100);
    expect(backoff.nextMs(1000)).toBe(16_000);
    expect(backoff.nextMs(60_000)).toBe(500);
  });

  it("does not overflow in a year of failures", () => {
    const backoff = new Backoff(() => 1);
    for (let failure = 0; failure < 2000; failure += 1) backoff.nextMs(0);
    expect(backoff.nextMs(0)).toBe(30_000);
  });
});
