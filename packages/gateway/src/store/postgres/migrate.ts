import { fileURLToPath } from "node:url";
import { GatewayError } from "@sallyport/shared/errors";
import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { migrations } from "../schema.ts";
import type { Database, Queries } from "./database.ts";

/** Any number that nobody else locks. */
const LOCK = 7_235_593_118;
const folder = fileURLToPath(new URL("../migrations", import.meta.url));

/**
 * Brings the database to this version's schema; one replica at a time, all of it or nothing. Throws `store/invalid` where a newer
 * version has been at it, whose tables this one may misread.
 */
export async function migrate(database: Database): Promise<void> {
  const known = readMigrationFiles({ migrationsFolder: folder });
  await database.transact(async (queries) => {
    // another replica's migration may take its time
    await queries.execute(sql`set local lock_timeout = 0`);
    await queries.execute(sql`set local statement_timeout = 0`);
    await queries.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
    const applied = await readApplied(queries);
    const unknown = [...applied].find((hash) => !known.some((migration) => migration.hash === hash));
    if (unknown !== undefined) {
      throw new GatewayError(
        "store/invalid",
        "the database belongs to a newer version of the gateway; start that version, or restore the database from before its start",
      );
    }
    for (const { hash, sql: statements, folderMillis } of known) {
      if (applied.has(hash)) continue;
      for (const statement of statements) await queries.execute(sql.raw(statement));
      await queries.insert(migrations).values({ hash, madeAt: folderMillis });
    }
  });
}

async function readApplied(queries: Queries): Promise<ReadonlySet<string>> {
  const { rows } = await queries.execute(sql`select to_regclass('sallyport.migrations') is not null as made`);
  if (rows[0]?.["made"] !== true) return new Set();
  const found = await queries.select({ hash: migrations.hash }).from(migrations);
  return new Set(found.map(({ hash }) => hash));
}
