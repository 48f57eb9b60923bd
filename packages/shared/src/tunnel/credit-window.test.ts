import { describe, expect, it } from "vitest";
import { CreditWindow, GrowthBudget, INITIAL_CREDIT_BYTES, MAX_CREDIT_BYTES } from "./credit-window.ts";

const HALF = INITIAL_CREDIT_BYTES / 2;

describe("CreditWindow", () => {
  it("refuses one byte more than was given", () => {
    const window = new CreditWindow(new GrowthBudget());
    expect(window.receive(INITIAL_CREDIT_BYTES)).toBe(true);
    expect(window.receive(1)).toBe(false);
  });

  it("gives more only once half of the window was taken, and then all of it", () => {
    const window = new CreditWindow(new GrowthBudget());
    window.receive(INITIAL_CREDIT_BYTES);
    expect(window.take(HALF - 1)).toBe(0);
    expect(window.take(11)).toBe(HALF + 10);
    expect(window.receive(HALF + 10)).toBe(true);
    expect(window.receive(1)).toBe(false);
  });

  it("doubles up to its bound", () => {
    const window = new CreditWindow(new GrowthBudget());
    const grown = [window.grow(), window.grow(), window.grow(), window.grow(), window.grow()];
    expect(grown).toEqual([1, 2, 4, 8, 0].map((times) => times * INITIAL_CREDIT_BYTES));
    expect(window.receive(MAX_CREDIT_BYTES)).toBe(true);
    expect(window.receive(1)).toBe(false);
  });

  it("shares what all may grow by, and gives it back", () => {
    const budget = new GrowthBudget(INITIAL_CREDIT_BYTES + 10);
    const first = new CreditWindow(budget);
    const second = new CreditWindow(budget);
    expect(first.grow()).toBe(INITIAL_CREDIT_BYTES);
    expect(second.grow()).toBe(10);
    expect(second.grow()).toBe(0);
    first.release();
    expect(second.grow()).toBe(INITIAL_CREDIT_BYTES);
  });
});
