import { cardNumber } from "./card-number.ts";
import { daysBefore } from "./customers.ts";
import type { Random } from "./random.ts";

/** A row of `orders`. */
export interface Order {
  readonly id: number;
  readonly customer_id: number;
  readonly status: string;
  readonly total: string;
  readonly placed_at: string;
}

/** A row of `payments`. */
export interface Payment {
  readonly id: number;
  readonly order_id: number;
  readonly method: string;
  readonly card_number: string | null;
  readonly amount: string;
  readonly paid_at: string;
}

/** A row of `api_keys`. */
export interface ApiKey {
  readonly id: number;
  readonly owner: string;
  readonly key: string;
  readonly scopes: readonly string[];
  readonly created_at: string;
}

export function* orders(random: Random, count: number, customerCount: number): Generator<Order> {
  for (let id = 1; id <= count; id++) {
    yield {
      id,
      customer_id: 1 + random.below(customerCount),
      status: random.pick(["open", "paid", "paid", "paid", "shipped", "shipped", "returned"]),
      total: `${5 + random.below(400)}.${String(random.below(100)).padStart(2, "0")}`,
      placed_at: daysBefore(random.below(700), random),
    };
  }
}

/** One payment for each order that is not open. */
export function* payments(random: Random, made: readonly Order[]): Generator<Payment> {
  let id = 0;
  for (const order of made) {
    if (order.status === "open") continue;
    const method = random.pick(["card", "card", "card", "transfer", "voucher"]);
    yield {
      id: ++id,
      order_id: order.id,
      method,
      card_number: method === "card" ? cardNumber(random) : null,
      amount: order.total,
      paid_at: order.placed_at,
    };
  }
}

export function* apiKeys(random: Random, count: number): Generator<ApiKey> {
  for (let id = 1; id <= count; id++) {
    yield {
      id,
      owner: random.pick(["storefront", "warehouse", "billing", "newsletter", "partner"]),
      key: `shop_live_${Array.from({ length: 32 }, () => random.below(16).toString(16)).join("")}`,
      scopes: random.pick([["orders:read"], ["orders:read", "orders:write"], ["customers:read"], ["*"]]),
      created_at: daysBefore(random.below(900), random),
    };
  }
}
