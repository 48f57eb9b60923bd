import { GatewayError } from "@sallyport/shared/errors";
import { quoted } from "../printable.ts";
import { addressKey } from "./address-key.ts";
import { LeakyBudgets, type BudgetLimit } from "./leaky-budgets.ts";

/** Bounds on failed logins. */
export interface RateLimits {
  /** Of one user name from one address: stops guessing, without letting a stranger lock anyone out elsewhere. */
  readonly perUser: BudgetLimit;
  /** Of one address with any names. */
  readonly perAddress: BudgetLimit;
  /** How many addresses, and as many pairs, are remembered at most. */
  readonly maxKeys: number;
}

export const defaultRateLimits: RateLimits = {
  perUser: { failures: 10, perMs: 60_000 },
  perAddress: { failures: 60, perMs: 60_000 },
  maxKeys: 50_000,
};

/**
 * Counts failed logins. Only failures count, so a pool of good logins is never slowed; attempts that run at the same moment
 * are judged by the failures before them.
 */
export interface RateLimiter {
  /** Throws `login/rate-limited` while the address, or the user name from this address, has no budget left. */
  assertAllowed(address: string, user: string): void;
  failed(address: string, user: string): void;
  /** Forgives this user name's failures. The address keeps its own: one good ticket must not buy guesses at others. */
  succeeded(address: string, user: string): void;
}

/** The clock is in milliseconds. */
export function createRateLimiter(limits: RateLimits = defaultRateLimits, now: () => number = Date.now): RateLimiter {
  const users = new LeakyBudgets(limits.perUser, limits.maxKeys, now);
  const addresses = new LeakyBudgets(limits.perAddress, limits.maxKeys, now);
  return {
    assertAllowed(address, user) {
      if (addresses.isSpent(addressKey(address))) throw limited(`address ${quoted(address)}`, limits.perAddress);
      if (users.isSpent(pairKey(address, user))) throw limited("this user name from this address", limits.perUser);
    },
    failed(address, user) {
      addresses.charge(addressKey(address));
      users.charge(pairKey(address, user));
    },
    succeeded(address, user) {
      users.clear(pairKey(address, user));
    },
  };
}

/** Only the part before a `+` is the name, and only so much of it is kept as a real one can have. */
function pairKey(address: string, user: string): string {
  const plus = user.indexOf("+");
  return `${addressKey(address)} ${user.slice(0, Math.min(plus === -1 ? user.length : plus, 160))}`;
}

function limited(what: string, limit: BudgetLimit): GatewayError {
  const seconds = Math.round(limit.perMs / 1000);
  return new GatewayError("login/rate-limited", `more than ${limit.failures} failed logins in ${seconds} s by ${what}`);
}
