import { customers } from "./customers.ts";
import { employees } from "./employees.ts";
import { createRandom } from "./random.ts";
import { apiKeys, orders, payments } from "./trade.ts";

const SEED = 20_260_101;

/** How much of everything to invent. */
export interface ShopSize {
  readonly customers: number;
  readonly orders: number;
  readonly employees: number;
  readonly apiKeys: number;
}

export const demoSize: ShopSize = { customers: 10_000, orders: 24_000, employees: 120, apiKeys: 40 };

/** The account that the agent logs in with: it owns the database and nothing else. */
export interface ShopOwner {
  readonly name: string;
  readonly password: string;
}

/**
 * Invents the shop: the same rows on every machine and in every database. Each table stands behind those that it refers to, so that they can
 * be filled in this order.
 */
export function shopTables(size: ShopSize): readonly (readonly [table: string, rows: readonly object[]])[] {
  const random = createRandom(SEED);
  // the order in which the stream of numbers is used decides what comes out
  const allOrders = [...orders(random, size.orders, size.customers)];
  return [
    ["customers", [...customers(random, size.customers)]],
    ["employees", [...employees(random, size.employees)]],
    ["orders", allOrders],
    ["payments", [...payments(random, allOrders)]],
    ["api_keys", [...apiKeys(random, size.apiKeys)]],
  ];
}
