import pg from "pg";
import { tables, viewsAndIndexes } from "./schema.ts";
import { demoSize, shopTables, type ShopOwner, type ShopSize } from "./shop-tables.ts";

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
  await client.query("begin");
  await client.query(tables);
  for (const [table, rows] of shopTables(size)) await insertAll(client, table, rows);
  await client.query(viewsAndIndexes);
  await client.query("commit");
  await client.query("vacuum analyze");
}

/** A whole table as one JSON value: the server converts each field to its column's type, and no driver for COPY is needed. */
async function insertAll(client: pg.Client, table: string, rows: readonly object[]): Promise<void> {
  await client.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1::json)`, [
    JSON.stringify(rows),
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
