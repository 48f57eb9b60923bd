import { sql } from "drizzle-orm";
import { revisions } from "../schema.ts";
import type { Queries } from "./database.ts";

/** The parts of a snapshot that change by themselves. */
export const areas = ["documents", "tickets", "agents", "principals"] as const;

export type Area = (typeof areas)[number];

/** On which replicas are told that an area has changed: `AREA REVISION`. */
export const CHANGED_CHANNEL = "sallyport_changed";
/** On which they tell each other what to do. */
export const CONTROL_CHANNEL = "sallyport_control";

/**
 * Counts an area's revision on, and tells all replicas when the transaction is committed. Whoever changes the same area waits
 * for its end, so a higher revision is also a later one.
 */
export async function bump(queries: Queries, area: Area): Promise<number> {
  const [row] = await queries
    .insert(revisions)
    .values({ area, revision: 1 })
    .onConflictDoUpdate({ target: revisions.area, set: { revision: sql`${revisions.revision} + 1` } })
    .returning({ revision: revisions.revision });
  if (row === undefined) throw new Error("an upsert returned no row");
  await queries.execute(sql`select pg_notify(${CHANGED_CHANNEL}, ${`${area} ${row.revision}`})`);
  return row.revision;
}
