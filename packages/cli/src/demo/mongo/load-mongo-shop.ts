import { MongoClient, type Db } from "mongodb";
import { demoSize, shopTables, type ShopOwner, type ShopSize } from "../seed/shop-tables.ts";

/** ISO 8601, as the invented rows have moments and days. */
const MOMENT = /^\d{4}-\d\d-\d\d(T.*Z)?$/;
const MONEY = new Set(["total", "amount"]);

/**
 * Makes the database `shop` and its owner, unless it is there. The owner is made last: as long as there is none, the database is not
 * complete, and is made anew. Returns whether it was made.
 */
export async function ensureMongoShop(
  administrator: { readonly url: string; readonly caFile: string },
  owner: ShopOwner,
  size: ShopSize = demoSize,
): Promise<boolean> {
  const client = new MongoClient(administrator.url, { tlsCAFile: administrator.caFile });
  try {
    const admin = client.db("admin");
    const { users } = await admin.command({ usersInfo: owner.name });
    if (Array.isArray(users) && users.length > 0) {
      await admin.command({ updateUser: owner.name, pwd: owner.password });
      return false;
    }
    const shop = client.db("shop");
    await shop.dropDatabase();
    await fill(shop, size);
    // FerretDB knows no roles: whoever has an account may do everything
    await admin.command({ createUser: owner.name, pwd: owner.password, roles: [] });
    return true;
  } finally {
    await client.close();
  }
}

async function fill(shop: Db, size: ShopSize): Promise<void> {
  for (const [name, rows] of shopTables(size)) {
    await shop.collection(name).insertMany(rows.map(toDocument));
  }
  await shop.collection("customers").createIndex({ email: 1 }, { unique: true });
  await shop.collection("orders").createIndex({ customer_id: 1 });
  await shop.collection("payments").createIndex({ order_id: 1 });
}

/** A row as one would keep it in MongoDB: its number is the `_id`. */
function toDocument(row: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => (name === "id" ? ["_id", value] : [name, toField(name, value)])),
  );
}

function toField(name: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (MOMENT.test(value)) return new Date(value);
  // FerretDB has no decimals
  return MONEY.has(name) ? Number(value) : value;
}
