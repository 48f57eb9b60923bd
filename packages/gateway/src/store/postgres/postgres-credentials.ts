import { and, asc, eq, sql } from "drizzle-orm";
import type { CredentialRow, Credentials, SealedCredential } from "../doors/credentials.ts";
import { credentials } from "../schema.ts";
import type { Changes } from "./change.ts";
import type { Database } from "./database.ts";

type Row = typeof credentials.$inferSelect;

export function createCredentials(database: Database, changes: Changes): Credentials {
  return {
    list: () =>
      database.ask(async (queries) => {
        const rows = await queries.select().from(credentials).orderBy(asc(credentials.name));
        return rows.map(shown);
      }),

    find: (name) =>
      database.ask(async (queries): Promise<SealedCredential | undefined> => {
        const [row] = await queries.select().from(credentials).where(eq(credentials.name, name));
        return row === undefined ? undefined : { ...shown(row), sealed: row.sealed };
      }),

    put: ({ name, connection, sealed, keyId }, actor) =>
      changes.make(async ({ queries, audit }) => {
        const [before] = await queries.select().from(credentials).where(eq(credentials.name, name)).for("update");
        const about = { connection: connection ?? null, sealed, keyId, createdBy: actor.name };
        const [row] = await queries
          .insert(credentials)
          .values({ name, ...about, revision: 1 })
          .onConflictDoUpdate({
            target: credentials.name,
            set: { ...about, createdAt: sql`now()`, revision: sql`${credentials.revision} + 1` },
          })
          .returning();
        if (row === undefined) throw new Error("an upsert returned no row");
        const entry = { kind: "credential", name, before: before && audited(before), after: audited(row) };
        await audit({ action: before === undefined ? "created" : "changed", ...entry }, actor);
        return shown(row);
      }),

    remove: (name, actor) =>
      changes.make(async ({ queries, audit }) => {
        const [row] = await queries.delete(credentials).where(eq(credentials.name, name)).returning();
        if (row === undefined) return false;
        await audit({ action: "deleted", kind: "credential", name, before: audited(row) }, actor);
        return true;
      }),

    reseal: (name, revision, sealed, keyId, actor) =>
      changes.make(async ({ queries, audit }) => {
        const [row] = await queries
          .update(credentials)
          .set({ sealed, keyId, revision: revision + 1 })
          .where(and(eq(credentials.name, name), eq(credentials.revision, revision)))
          .returning();
        if (row === undefined) return false;
        await audit({ action: "resealed", kind: "credential", name, after: audited(row) }, actor);
        return true;
      }),
  };
}

/** Not what was sealed: it is a secret even so. */
function audited({ connection, keyId, revision }: Row): object {
  return { connection, keyId, revision };
}

function shown({ name, connection, keyId, createdBy, createdAt, revision }: Row): CredentialRow {
  return { name, connection: connection ?? undefined, keyId, createdBy, createdAt, revision };
}
