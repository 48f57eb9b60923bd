import { customers, type Customer } from "./customers.ts";
import { employees, type Employee } from "./employees.ts";
import { createRandom } from "./random.ts";
import { apiKeys, orders, payments, type ApiKey, type Order, type Payment } from "./trade.ts";

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

/** Every row of the shop by table, each table behind those that it refers to. */
export interface ShopRows {
  readonly customers: readonly Customer[];
  readonly employees: readonly Employee[];
  readonly orders: readonly Order[];
  readonly payments: readonly Payment[];
  readonly api_keys: readonly ApiKey[];
}

/** Invents the shop: the same rows on every machine and in every database. */
export function shopRows(size: ShopSize): ShopRows {
  const random = createRandom(SEED);
  // the order in which the stream of numbers is used decides what comes out
  const allOrders = [...orders(random, size.orders, size.customers)];
  return {
    customers: [...customers(random, size.customers)],
    employees: [...employees(random, size.employees)],
    orders: allOrders,
    payments: [...payments(random, allOrders)],
    api_keys: [...apiKeys(random, size.apiKeys)],
  };
}
