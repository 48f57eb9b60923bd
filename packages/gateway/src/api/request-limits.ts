import { GatewayError } from "@sallyport/shared/errors";
import { addressKey } from "../login/address-key.ts";
import { LeakyBudgets, type BudgetLimit } from "../login/leaky-budgets.ts";

/** How many requests are taken. */
export interface RequestLimitOptions {
  /** Of one address, before anybody knows who it is. */
  readonly perAddress: BudgetLimit;
  /** Of one address, with tokens that were refused. */
  readonly refusedPerAddress: BudgetLimit;
  /** Of one principal. */
  readonly perPrincipal: BudgetLimit;
}

const MAX_KEYS = 20_000;

/** Bounds how often somebody may ask. Counting throws `api/rate-limited` where there were too many before. */
export interface RequestLimits {
  /** Counts a request of an address. */
  countAddress(address: string): void;
  /** Counts a token that was refused. */
  countRefused(address: string): void;
  /** Counts a request of a principal. */
  countPrincipal(key: string): void;
  /** After how many seconds the next request may be taken. */
  readonly retryAfterSeconds: number;
}

export function createRequestLimits(limits: RequestLimitOptions, now: () => number): RequestLimits {
  const addresses = new LeakyBudgets(limits.perAddress, MAX_KEYS, now);
  const refused = new LeakyBudgets(limits.refusedPerAddress, MAX_KEYS, now);
  const principals = new LeakyBudgets(limits.perPrincipal, MAX_KEYS, now);
  const slowest = Math.max(...Object.values(limits).map(({ failures, perMs }) => perMs / failures));
  return {
    retryAfterSeconds: Math.max(1, Math.ceil(slowest / 1000)),
    countAddress(address) {
      const key = addressKey(address);
      if (refused.isSpent(key)) throw limited("tokens that were refused", "this address");
      if (addresses.isSpent(key)) throw limited("requests", "this address");
      addresses.charge(key);
    },
    countRefused: (address) => refused.charge(addressKey(address)),
    countPrincipal(key) {
      if (principals.isSpent(key)) throw limited("requests", "this principal");
      principals.charge(key);
    },
  };
}

function limited(what: string, whose: string): GatewayError {
  const detail = `Too many ${what} came from ${whose}.`;
  return new GatewayError("api/rate-limited", detail, { detail });
}
