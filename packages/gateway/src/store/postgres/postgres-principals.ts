import type { Principal } from "@sallyport/shared/principal";
import { and, asc, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";
import type { Log } from "../../log.ts";
import type { PrincipalRow, Principals } from "../doors/principals.ts";
import { principals } from "../schema.ts";
import type { Changes } from "./change.ts";
import { pageOf, readTextCursor } from "./cursor.ts";
import type { Database } from "./database.ts";
import { NoteBook } from "./note-book.ts";

type Row = typeof principals.$inferSelect;

interface Seen {
  readonly principal: Principal;
  readonly issuer: string | undefined;
  readonly at: Date;
}

/** Whoever logs in ten times a second is noted once in this time. */
const NOTED_EVERY_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/** The door, and how its notes are ended. */
export interface KeptPrincipals extends Principals {
  close(withinMs: number): Promise<void>;
}

export function createPrincipals(database: Database, changes: Changes, log: Log): KeptPrincipals {
  const noted = new Map<string, Seen>();
  const notes = new NoteBook<Seen>({
    write: (seen) => write(database, seen),
    mayGo: () => true,
    onLost: (lost, { code, message }) => {
      for (const { principal } of lost) {
        log.warn("principal.not-noted", { principal: principal.name, code, reason: message });
      }
    },
  });

  return {
    seen(principal, issuer) {
      const before = noted.get(principal.name);
      const now = { principal, issuer, at: new Date() };
      if (before !== undefined && isSame(before, now)) return;
      if (noted.size >= MAX_REMEMBERED) noted.clear();
      noted.set(principal.name, now);
      notes.put(principal.name, now);
    },

    find: (name) =>
      database.ask(async (queries) => {
        const [row] = await queries.select().from(principals).where(eq(principals.name, name));
        return row === undefined ? undefined : shown(row);
      }),

    list: ({ kind, revoked }, { limit, after }) =>
      database.ask(async (queries) => {
        const rows = await queries
          .select()
          .from(principals)
          .where(
            and(
              kind === undefined ? undefined : eq(principals.kind, kind),
              revoked === undefined
                ? undefined
                : revoked
                  ? isNotNull(principals.revokedAt)
                  : isNull(principals.revokedAt),
              after === undefined ? undefined : gt(principals.name, readTextCursor(after)),
            ),
          )
          .orderBy(asc(principals.name))
          .limit(limit + 1);
        return pageOf(rows, limit, shown, ({ name }) => [name]);
      }),

    revoke: (name, actor) =>
      changes.make(async ({ queries, bump, audit }) => {
        const [before] = await queries.select().from(principals).where(eq(principals.name, name)).for("update");
        if (before !== undefined && before.revokedAt !== null) return false;
        await bump("principals");
        const revocation = { revokedAt: sql`now()`, revokedBy: actor.name };
        await queries
          .insert(principals)
          .values({ name, kind: before?.kind ?? "human", groups: before?.groups ?? [], ...revocation })
          .onConflictDoUpdate({ target: principals.name, set: revocation });
        await audit({ action: "revoked", kind: "principal", name }, actor);
        return true;
      }),

    restore: (name, actor) =>
      changes.make(async ({ queries, bump, audit }) => {
        const [before] = await queries.select().from(principals).where(eq(principals.name, name)).for("update");
        if (before === undefined || before.revokedAt === null) return false;
        await bump("principals");
        await queries.update(principals).set({ revokedAt: null, revokedBy: null }).where(eq(principals.name, name));
        const was = { revokedAt: before.revokedAt, revokedBy: before.revokedBy };
        await audit({ action: "restored", kind: "principal", name, before: was }, actor);
        return true;
      }),

    close: (withinMs) => notes.close(withinMs),
  };
}

function isSame(before: Seen, now: Seen): boolean {
  const [one, other] = [before.principal, now.principal];
  const isSamePrincipal = one.kind === other.kind && one.groups.join("\n") === other.groups.join("\n");
  return isSamePrincipal && before.issuer === now.issuer && now.at.getTime() - before.at.getTime() < NOTED_EVERY_MS;
}

async function write(database: Database, seen: readonly Seen[]): Promise<void> {
  const rows = seen.map(({ principal: { name, kind, groups }, issuer, at }) => {
    return { name, kind, groups, issuer: issuer ?? null, firstSeen: at, lastSeen: at };
  });
  await database.ask((queries) =>
    queries
      .insert(principals)
      // in one order, so that two replicas which note the same people do not wait for each other
      .values(rows.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
      .onConflictDoUpdate({
        target: principals.name,
        set: {
          kind: sql`excluded.kind`,
          groups: sql`excluded.groups`,
          issuer: sql`coalesce(excluded.issuer, ${principals.issuer})`,
          firstSeen: sql`coalesce(${principals.firstSeen}, excluded.first_seen)`,
          lastSeen: sql`greatest(${principals.lastSeen}, excluded.last_seen)`,
        },
      }),
  );
}

function shown({ issuer, firstSeen, lastSeen, revokedAt, revokedBy, ...row }: Row): PrincipalRow {
  return {
    ...row,
    issuer: issuer ?? undefined,
    firstSeen: firstSeen ?? undefined,
    lastSeen: lastSeen ?? undefined,
    revokedAt: revokedAt ?? undefined,
    revokedBy: revokedBy ?? undefined,
  };
}
