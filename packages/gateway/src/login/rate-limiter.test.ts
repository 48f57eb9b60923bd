import { describe, expect, it } from "vitest";
import { addressKey } from "./address-key.ts";
import { LeakyBudgets } from "./leaky-budgets.ts";
import { createRateLimiter, defaultRateLimits, type RateLimiter } from "./rate-limiter.ts";

let clock = 0;

function limiterAt(start: number): RateLimiter {
  clock = start;
  return createRateLimiter(defaultRateLimits, () => clock);
}

function fail(limiter: RateLimiter, times: number, address: string, user: string | ((n: number) => string)): void {
  for (let n = 0; n < times; n += 1) limiter.failed(address, typeof user === "string" ? user : user(n));
}

function isAllowed(limiter: RateLimiter, address: string, user: string): boolean {
  try {
    limiter.assertAllowed(address, user);
    return true;
  } catch (reason) {
    expect(reason).toMatchObject({ code: "login/rate-limited" });
    return false;
  }
}

describe("the rate limiter", () => {
  it("stops one user name from one address after ten failures, and nobody else", () => {
    const limiter = limiterAt(0);
    fail(limiter, 9, "10.0.0.1", "alice");
    expect(isAllowed(limiter, "10.0.0.1", "alice")).toBe(true);
    fail(limiter, 1, "10.0.0.1", "alice");
    expect(isAllowed(limiter, "10.0.0.1", "alice")).toBe(false);
    expect(isAllowed(limiter, "10.0.0.1", "bob")).toBe(true);
    expect(isAllowed(limiter, "10.0.0.2", "alice")).toBe(true);
  });

  it("counts a name with every connection as one", () => {
    const limiter = limiterAt(0);
    fail(limiter, 10, "10.0.0.1", (n) => `alice+app-${n}`);
    expect(isAllowed(limiter, "10.0.0.1", "alice")).toBe(false);
  });

  it("gives the budget back little by little", () => {
    const limiter = limiterAt(1_000);
    fail(limiter, 10, "10.0.0.1", "alice");
    clock += 5_999;
    expect(isAllowed(limiter, "10.0.0.1", "alice")).toBe(false);
    clock += 1;
    expect(isAllowed(limiter, "10.0.0.1", "alice")).toBe(true);
    fail(limiter, 1, "10.0.0.1", "alice");
    expect(isAllowed(limiter, "10.0.0.1", "alice")).toBe(false);
  });

  it("does not lengthen the wait by failures that were counted late", () => {
    const limiter = limiterAt(0);
    fail(limiter, 500, "10.0.0.1", "alice");
    clock += 6_000;
    expect(isAllowed(limiter, "10.0.0.1", "alice")).toBe(true);
  });

  it("stops an address that tries many names, whatever it succeeds in between", () => {
    const limiter = limiterAt(0);
    fail(limiter, 60, "10.0.0.1", (n) => `user-${n}`);
    limiter.succeeded("10.0.0.1", "user-1");
    expect(isAllowed(limiter, "10.0.0.1", "somebody-else")).toBe(false);
    expect(isAllowed(limiter, "10.0.0.2", "somebody-else")).toBe(true);
  });

  it("forgives a user's own mistakes once the user is in", () => {
    const limiter = limiterAt(0);
    fail(limiter, 9, "10.0.0.1", "alice");
    limiter.succeeded("10.0.0.1", "alice");
    fail(limiter, 9, "10.0.0.1", "alice");
    expect(isAllowed(limiter, "10.0.0.1", "alice")).toBe(true);
  });

  it("counts a whole IPv6 network as one client", () => {
    const limiter = limiterAt(0);
    for (let n = 0; n < 60; n += 1) limiter.failed(`2001:db8:0:1::${n.toString(16)}`, `user-${n}`);
    expect(isAllowed(limiter, "2001:db8:0:1:ffff::1", "alice")).toBe(false);
    expect(isAllowed(limiter, "2001:db8:0:2::1", "alice")).toBe(true);
  });

  it("does not fill a budget when the clock is set back", () => {
    const limiter = limiterAt(1_000_000);
    fail(limiter, 9, "10.0.0.1", "alice");
    clock = 0;
    expect(isAllowed(limiter, "10.0.0.1", "alice")).toBe(true);
  });
});

describe("LeakyBudgets", () => {
  it("remembers no more keys than it may, and forgets the one longest untouched", () => {
    const budgets = new LeakyBudgets({ failures: 1, perMs: 60_000 }, 3, () => 0);
    for (const key of ["a", "b", "c", "a", "d"]) budgets.charge(key);
    expect(budgets.size).toBe(3);
    expect(budgets.isSpent("b")).toBe(false);
    expect(budgets.isSpent("a")).toBe(true);
  });
});

describe("addressKey", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::ffff:c000:207", "192.0.2.7"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:0DB8:0000:0000:1:2:3:4", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
    ["64:ff9b::192.0.2.7", "64:ff9b:0:0::/64"],
    ["", ""],
  ])("counts %s as %s", (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
