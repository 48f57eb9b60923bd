import { and, gt, isNull, or, sql } from "drizzle-orm";
import { ticket, type Ticket } from "../../tickets/ticket.ts";
import { tickets } from "../schema.ts";
import type { Queries } from "./database.ts";
import type { TicketsPart } from "./state-parts.ts";

/** Kept this long after their end, so that the log can say that one has expired. */
const KEPT_MS = 3_600_000;

/** Reads the tickets that can be used; after `before`, only those that were minted or revoked since. */
export async function readTickets(
  queries: Queries,
  revision: number,
  before: TicketsPart | undefined,
): Promise<TicketsPart> {
  const worthIt = sql`${tickets.expires} > now() - interval '1 hour'`;
  const rows = await queries
    .select()
    .from(tickets)
    .where(
      before === undefined
        ? and(worthIt, isNull(tickets.revokedAt))
        : and(gt(tickets.revision, before.revision), or(worthIt, sql`${tickets.revokedAt} is not null`)),
    );
  const byName = new Map<string, Ticket>();
  const oldest = Date.now() - KEPT_MS;
  for (const [name, kept] of before?.byName ?? []) if (Date.parse(kept.expires) > oldest) byName.set(name, kept);
  const faulty = new Set(before?.faulty);
  for (const { name, principal, connection, expires, verifier, revokedAt } of rows) {
    byName.delete(name);
    faulty.delete(name);
    if (revokedAt !== null) continue;
    const checked = ticket.safeParse({ name, principal, connection, expires: expires.toISOString(), verifier });
    if (checked.success) byName.set(name, checked.data);
    else faulty.add(name);
  }
  return { revision, byName, faulty: [...faulty] };
}
