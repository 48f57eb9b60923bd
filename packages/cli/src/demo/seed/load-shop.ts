import pg from "pg";
import { customers } from "./customers.ts";
import { employees } from "./employees.ts";
import { createRandom } from "./random.ts";
import { tables, viewsAndIndexes } from "./schema.ts";
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
 * Makes the database `shop` and its owner, unless it is there. It gets its name only when it is complete, so one that was cut short is
 * made anew. The owner's password is set in any case. Returns whether it was made.
 */
export async function ensureShop(superuserUrl: string, owner: ShopOwner, size: ShopSize = demoSize): Promise<boolean> {
  return withClient(superuserUrl, async (admin) => {
    const role = pg.escapeIdentifier(owner.name);
    const { rowCount: roles } = await admin.query("select from pg_roles where rolname = $1", [owner.name]);
    await admin.query(
      `${roles === 0 ? "create" : "alter"} role ${role} login password ${pg.escapeLiteral(owner.password)}`,
    );
    const { rowCount: shops } = await admin.query("select from pg_database where datname = 'shop'");
    if (shops !== 0) return false;
    await admin.query("drop database if exists shop_unfinished");
    await admin.query(`create database shop_unfinished owner ${role}`);
    await admin.query("revoke all on database shop_unfinished from public");
    const url = new URL(superuserUrl);
    url.username = owner.name;
    url.password = owner.password;
    url.pathname = "/shop_unfinished";
    await withClient(url.href, (client) => fill(client, size));
    await admin.query("alter database shop_unfinished rename to shop");
    return true;
  });
}

async function fill(client: pg.Client, size: ShopSize): Promise<void> {
  const random = createRandom(SEED);
  const allOrders = [...orders(random, size.orders, size.customers)];
  await client.query("begin");
  await client.query(tables);
  await insertAll(client, "customers", customers(random, size.customers));
  await insertAll(client, "employees", employees(random, size.employees));
  await insertAll(client, "orders", allOrders);
  await insertAll(client, "payments", payments(random, allOrders));
  await insertAll(client, "api_keys", apiKeys(random, size.apiKeys));
  await client.query(viewsAndIndexes);
  await client.query("commit");
  await client.query("vacuum analyze");
}

/** A whole table as one JSON value: the server converts each field to its column's type, and no driver for COPY is needed. */
async function insertAll(client: pg.Client, table: string, rows: Iterable<object>): Promise<void> {
  await client.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1::json)`, [
    JSON.stringify([...rows]),
  ]);
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
