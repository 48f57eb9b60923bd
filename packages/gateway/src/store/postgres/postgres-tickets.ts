import { and, desc, eq, gt, isNull, lt, or, sql, type SQL } from "drizzle-orm";
import { ticketPrincipal } from "../../tickets/ticket.ts";
import type { TicketFilter, TicketRow, Tickets } from "../doors/tickets.ts";
import { tickets } from "../schema.ts";
import type { Changes } from "./change.ts";
import { pageOf, readMomentCursor } from "./cursor.ts";
import type { Database } from "./database.ts";

type Row = typeof tickets.$inferSelect;

export function createTickets(database: Database, changes: Changes): Tickets {
  return {
    add: (ticket, actor) =>
      changes.make(async ({ queries, bump, audit }) => {
        const revision = await bump("tickets");
        const { name, principal, connection, verifier } = ticket;
        const expires = new Date(ticket.expires);
        const createdBy = actor.name;
        await queries.insert(tickets).values({ name, principal, connection, expires, verifier, createdBy, revision });
        await audit({ action: "created", kind: "ticket", name, after: shownIn(ticket) }, actor);
      }),

    find: (name) =>
      database.ask(async (queries) => {
        const [row] = await queries.select().from(tickets).where(eq(tickets.name, name));
        return row === undefined ? undefined : shown(row);
      }),

    list: (filter, { limit, after }) =>
      database.ask(async (queries) => {
        const rows = await queries
          .select()
          .from(tickets)
          .where(and(...conditions(filter), after === undefined ? undefined : isAfter(after)))
          .orderBy(desc(tickets.createdAt), desc(tickets.name))
          .limit(limit + 1);
        return pageOf(rows, limit, shown, ({ createdAt, name }) => [createdAt.getTime(), name]);
      }),

    revoke: (name, actor) =>
      changes.make(async ({ queries, bump, audit }) => {
        const [row] = await queries.select().from(tickets).where(eq(tickets.name, name)).for("update");
        if (row === undefined || row.revokedAt !== null) return false;
        const revision = await bump("tickets");
        await queries
          .update(tickets)
          .set({ revokedAt: sql`now()`, revokedBy: actor.name, revision })
          .where(eq(tickets.name, name));
        await audit({ action: "revoked", kind: "ticket", name, before: shownIn(shown(row)) }, actor);
        return true;
      }),
  };
}

function conditions({ principal, connection, valid }: TicketFilter): (SQL | undefined)[] {
  const isValid = and(isNull(tickets.revokedAt), gt(tickets.expires, sql`now()`));
  return [
    principal === undefined ? undefined : sql`${tickets.principal}->>'name' = ${principal}`,
    connection === undefined ? undefined : eq(tickets.connection, connection),
    valid === undefined ? undefined : valid ? isValid : sql`not (${isValid})`,
  ];
}

function isAfter(cursor: string): SQL | undefined {
  const [at, name] = readMomentCursor(cursor);
  return or(lt(tickets.createdAt, at), and(eq(tickets.createdAt, at), lt(tickets.name, name)));
}

function shown({ name, principal, connection, expires, createdBy, createdAt, revokedAt }: Row): TicketRow {
  const checked = ticketPrincipal.safeParse(principal);
  return {
    name,
    // one that was written by hand and cannot be read lets nobody in, and is shown as nobody's
    principal: checked.success ? checked.data : { name: "", kind: "human", groups: [], claims: {} },
    connection,
    expires,
    createdBy,
    createdAt,
    revokedAt: revokedAt ?? undefined,
  };
}

/** What the audit tells of a ticket: not what proves it, nor the claims, which may hold what no log should. */
function shownIn({
  principal,
  connection,
  expires,
}: {
  readonly principal: Pick<TicketRow["principal"], "name" | "kind" | "groups">;
  readonly connection: string;
  readonly expires: string | Date;
}): object {
  const { name, kind, groups } = principal;
  return { principal: { name, kind, groups }, connection, expires: new Date(expires).toISOString() };
}
