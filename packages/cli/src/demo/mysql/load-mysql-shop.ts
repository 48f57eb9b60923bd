import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { demoSize, shopTables, type ShopOwner, type ShopSize } from "../seed/shop-tables.ts";
import { mysqlTables, mysqlViews } from "./mysql-schema.ts";

const ROWS_AT_ONCE = 1000;
/** ISO 8601 in UTC, as the invented rows have it. */
const MOMENT = /^\d{4}-\d\d-\d\dT.*Z$/;

/**
 * Makes the database `shop` and its owner, unless it is there. The owner is made last: as long as there is none, the database is not
 * complete, and is made anew. Returns whether it was made.
 */
export async function ensureMysqlShop(
  administratorUrl: string,
  owner: ShopOwner,
  size: ShopSize = demoSize,
): Promise<boolean> {
  const connection = await createConnection({ uri: administratorUrl, timezone: "Z" });
  try {
    const account = `${connection.escape(owner.name)}@'%'`;
    const password = connection.escape(owner.password);
    const [found] = await connection.query<RowDataPacket[]>("select 1 from mysql.user where user = ?", [owner.name]);
    if (found.length > 0) {
      await connection.query(`alter user ${account} identified by ${password}`);
      return false;
    }
    await connection.query("drop database if exists shop");
    await connection.query("create database shop");
    await connection.query("use shop");
    await fill(connection, size);
    await connection.query(`create user ${account} identified by ${password}`);
    await connection.query(`grant all on shop.* to ${account}`);
    return true;
  } finally {
    await connection.end();
  }
}

async function fill(connection: Connection, size: ShopSize): Promise<void> {
  for (const table of mysqlTables) await connection.query(table);
  await connection.query("start transaction");
  for (const [table, rows] of shopTables(size)) await insertAll(connection, table, rows);
  await connection.query("commit");
  for (const view of mysqlViews) await connection.query(view);
}

async function insertAll(connection: Connection, table: string, rows: readonly object[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const values = rows.slice(at, at + ROWS_AT_ONCE).map((row) => Object.values(row).map(toColumn));
    await connection.query("insert into ?? (??) values ?", [table, columns, values]);
  }
}

function toColumn(value: unknown): unknown {
  if (typeof value === "string" && MOMENT.test(value)) return new Date(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
