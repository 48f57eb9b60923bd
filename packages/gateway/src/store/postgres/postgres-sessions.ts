import { and, desc, eq, isNotNull, isNull, lt, or, sql, type SQL } from "drizzle-orm";
import type { Log } from "../../log.ts";
import type { OpenedSession, SessionFilter, SessionRow, Sessions } from "../doors/sessions.ts";
import { sessions } from "../schema.ts";
import { pageOf, readMomentCursor } from "./cursor.ts";
import type { Database } from "./database.ts";
import { NoteBook } from "./note-book.ts";

type Row = typeof sessions.$inferSelect;
type NewRow = typeof sessions.$inferInsert;

/** The door, and what the store itself does with it. */
export interface KeptSessions extends Sessions {
  /** Notes all that are open once more: others have taken this replica for dead. */
  noteAgain(): void;
  /** Resolves when everything is written, or the time is over. */
  close(withinMs: number): Promise<void>;
}

export function createSessions(database: Database, replica: string, log: Log): KeptSessions {
  const open = new Map<string, NewRow>();
  const notes = new NoteBook<NewRow>({
    write: (rows) => write(database, rows),
    // what is open is noted again at its end
    mayGo: () => true,
    onLost: (rows, { code, message }) => {
      for (const { id } of rows) log.error("session.not-noted", { session: id, code, reason: message });
    },
  });

  return {
    opened(session) {
      const row = rowOf(session, replica);
      open.set(session.id, row);
      notes.put(session.id, row);
    },

    closed(id, endCode, statements) {
      const row = open.get(id);
      if (row === undefined) return;
      open.delete(id);
      notes.put(id, { ...row, closedAt: new Date(), endCode: endCode ?? null, statements });
    },

    noteAgain() {
      for (const [id, row] of open) notes.put(id, row);
    },

    find: (id) =>
      database.ask(async (queries) => {
        const [row] = await queries.select().from(sessions).where(eq(sessions.id, id));
        return row === undefined ? undefined : shown(row);
      }),

    list: (filter, { limit, after }) =>
      database.ask(async (queries) => {
        const rows = await queries
          .select()
          .from(sessions)
          .where(and(...conditions(filter), after === undefined ? undefined : isAfter(after)))
          .orderBy(desc(sessions.openedAt), desc(sessions.id))
          .limit(limit + 1);
        return pageOf(rows, limit, shown, ({ openedAt, id }) => [openedAt.getTime(), id]);
      }),

    close: (withinMs) => notes.close(withinMs),
  };
}

async function write(database: Database, rows: readonly NewRow[]): Promise<void> {
  await database.ask((queries) =>
    queries
      .insert(sessions)
      .values([...rows])
      .onConflictDoUpdate({
        target: sessions.id,
        set: {
          closedAt: sql`excluded.closed_at`,
          endCode: sql`excluded.end_code`,
          statements: sql`excluded.statements`,
        },
      }),
  );
}

function rowOf(session: OpenedSession, replica: string): NewRow {
  const { id, kind, protocol, address, openedAt } = session;
  return {
    id,
    replica,
    principal: text(session.principal),
    onBehalfOf: session.onBehalfOf === undefined ? null : text(session.onBehalfOf),
    kind,
    connection: text(session.connection),
    database: session.database === undefined ? null : text(session.database),
    protocol,
    address: text(address),
    agent: session.agent ?? null,
    openedAt,
  };
}

/** What clients name may hold what a text of the database cannot. */
function text(value: string): string {
  return value.replaceAll("\0", "\u{fffd}");
}

function conditions({ open, principal, connection, replica }: SessionFilter): (SQL | undefined)[] {
  return [
    open === undefined ? undefined : open ? isNull(sessions.closedAt) : isNotNull(sessions.closedAt),
    principal === undefined ? undefined : eq(sessions.principal, principal),
    connection === undefined ? undefined : eq(sessions.connection, connection),
    replica === undefined ? undefined : eq(sessions.replica, replica),
  ];
}

function isAfter(cursor: string): SQL | undefined {
  const [at, id] = readMomentCursor(cursor);
  return or(lt(sessions.openedAt, at), and(eq(sessions.openedAt, at), lt(sessions.id, id)));
}

function shown({ onBehalfOf, database, agent, closedAt, endCode, ...row }: Row): SessionRow {
  return {
    ...row,
    onBehalfOf: onBehalfOf ?? undefined,
    database: database ?? undefined,
    agent: agent ?? undefined,
    closedAt: closedAt ?? undefined,
    endCode: endCode ?? undefined,
  };
}
