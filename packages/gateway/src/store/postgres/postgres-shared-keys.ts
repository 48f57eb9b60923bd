import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import type { SharedKeys } from "../doors/shared-keys.ts";
import { sharedKeys } from "../schema.ts";
import type { Database } from "./database.ts";

export function createSharedKeys(database: Database): SharedKeys {
  return {
    ensure: (name, bytes) =>
      database.transact(async (queries) => {
        await queries
          .insert(sharedKeys)
          .values({ name, value: randomBytes(bytes) })
          .onConflictDoNothing();
        const [row] = await queries.select().from(sharedKeys).where(eq(sharedKeys.name, name));
        if (row === undefined) throw new Error("a key that was just made is not there");
        return row.value;
      }),
  };
}
