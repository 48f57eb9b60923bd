import { sql } from "drizzle-orm";
import { enrolmentTokens, idempotencyKeys, sessions, tickets } from "../schema.ts";
import type { Database } from "./database.ts";

/** Few enough at a time that nobody waits for the rows. */
const AT_ONCE = 2_000;

const old = [
  { table: idempotencyKeys, isOld: sql`at < now() - interval '1 day'` },
  { table: enrolmentTokens, isOld: sql`expires < now() - interval '30 days'` },
  { table: tickets, isOld: sql`expires < now() - interval '30 days'` },
  { table: sessions, isOld: sql`closed_at < now() - interval '90 days'` },
];

/** Deletes what nobody asks for any more. The audit and the documents' revisions stay. */
export async function sweepOld(database: Database): Promise<void> {
  for (const { table, isOld } of old) {
    await database.ask((queries) =>
      queries.execute(
        sql`delete from ${table} where ctid = any(array(select ctid from ${table} where ${isOld} limit ${AT_ONCE}))`,
      ),
    );
  }
}
