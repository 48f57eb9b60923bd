import { describe, expect, it } from "vitest";
import { StatementRates } from "./statement-rates.ts";

function rates(maxKeys = 10) {
  const clock = { now: 1_000_000 };
  return { clock, rates: new StatementRates(maxKeys, () => clock.now) };
}

describe("StatementRates", () => {
  it("lets as many pass as a minute has, and then as they drain", () => {
    const { clock, rates: counted } = rates();
    expect(Array.from({ length: 5 }, () => counted.take("bob", 1, 3))).toEqual([true, true, true, false, false]);
    clock.now += 20_000;
    expect([counted.take("bob", 1, 3), counted.take("bob", 1, 3)]).toEqual([true, false]);
  });

  it("counts several at once or none of them", () => {
    const { rates: counted } = rates();
    expect(counted.take("bob", 4, 3)).toBe(false);
    expect(counted.take("bob", 3, 3)).toBe(true);
  });

  it("keeps keys apart, and gives nothing for a clock that was set back", () => {
    const { clock, rates: counted } = rates();
    expect(counted.take("bob", 3, 3)).toBe(true);
    expect(counted.take("eve", 3, 3)).toBe(true);
    clock.now -= 120_000;
    expect(counted.take("bob", 1, 3)).toBe(false);
  });

  it("forgets the key longest untouched", () => {
    const { rates: counted } = rates(2);
    for (const key of ["a", "b", "c"]) counted.take(key, 3, 3);
    expect(counted.size).toBe(2);
    expect(counted.take("a", 1, 3)).toBe(true);
    expect(counted.take("c", 1, 3)).toBe(false);
  });
});
