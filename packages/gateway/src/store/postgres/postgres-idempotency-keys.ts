import { and, eq, isNull, lt, sql } from "drizzle-orm";
import type { Begun, IdempotencyKeys } from "../doors/idempotency-keys.ts";
import { idempotencyKeys } from "../schema.ts";
import type { Database } from "./database.ts";

/** A request that takes longer lost its replica. */
const ABANDONED = sql`now() - interval '2 minutes'`;

function isKey(principal: string, key: string) {
  return and(eq(idempotencyKeys.principal, principal), eq(idempotencyKeys.key, key));
}

export function createIdempotencyKeys(database: Database): IdempotencyKeys {
  return {
    begin: (principal, key, requestHash) =>
      database.transact(async (queries): Promise<Begun> => {
        const inserted = await queries
          .insert(idempotencyKeys)
          .values({ principal, key, requestHash })
          .onConflictDoNothing()
          .returning({ key: idempotencyKeys.key });
        if (inserted.length > 0) return { kind: "new" };
        const [row] = await queries.select().from(idempotencyKeys).where(isKey(principal, key));
        // it was dropped just now
        if (row === undefined) return { kind: "running" };
        if (row.requestHash !== requestHash) return { kind: "mismatch" };
        if (row.status !== null) return { kind: "answered", status: row.status, answer: row.answer };
        const taken = await queries
          .update(idempotencyKeys)
          .set({ at: sql`now()` })
          .where(and(isKey(principal, key), isNull(idempotencyKeys.status), lt(idempotencyKeys.at, ABANDONED)))
          .returning({ key: idempotencyKeys.key });
        return { kind: taken.length > 0 ? "new" : "running" };
      }),

    finish: (principal, key, status, answer) =>
      database.ask(async (queries) => {
        await queries.update(idempotencyKeys).set({ status, answer }).where(isKey(principal, key));
      }),

    drop: (principal, key) =>
      database.ask(async (queries) => {
        await queries.delete(idempotencyKeys).where(and(isKey(principal, key), isNull(idempotencyKeys.status)));
      }),
  };
}
