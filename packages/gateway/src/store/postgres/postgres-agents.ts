import { asc, eq, sql } from "drizzle-orm";
import type { AgentRow, Agents } from "../doors/agents.ts";
import { agents } from "../schema.ts";
import type { Changes } from "./change.ts";
import type { Database } from "./database.ts";

type Row = typeof agents.$inferSelect;

export function createAgents(database: Database, changes: Changes): Agents {
  return {
    list: () =>
      database.ask(async (queries) => (await queries.select().from(agents).orderBy(asc(agents.name))).map(shown)),

    find: (name) =>
      database.ask(async (queries) => {
        const [row] = await queries.select().from(agents).where(eq(agents.name, name));
        return row === undefined ? undefined : shown(row);
      }),

    renew: (name, { fingerprint, serial, expires }, held) =>
      changes.make(async ({ queries, bump, audit }) => {
        const [row] = await queries.select().from(agents).where(eq(agents.name, name)).for("update");
        if (row === undefined || row.revokedAt !== null) return false;
        await bump("agents");
        // where the last answer was lost, the agent still holds the one before
        const previousFingerprint = held === row.previousFingerprint ? held : row.fingerprint;
        await queries
          .update(agents)
          .set({ fingerprint, previousFingerprint, serial, expires, renewedAt: sql`now()` })
          .where(eq(agents.name, name));
        const [before, after] = [{ serial: row.serial }, { serial, expires }];
        await audit({ action: "renewed", kind: "agent", name, before, after }, { name, kind: "agent" });
        return true;
      }),

    revoke: (name, actor) =>
      changes.make(async ({ queries, bump, audit }) => {
        const [row] = await queries.select().from(agents).where(eq(agents.name, name)).for("update");
        if (row === undefined || row.revokedAt !== null) return false;
        await bump("agents");
        await queries
          .update(agents)
          .set({ revokedAt: sql`now()`, revokedBy: actor.name })
          .where(eq(agents.name, name));
        const before = { group: row.agentGroup, fingerprint: row.fingerprint, serial: row.serial };
        await audit({ action: "revoked", kind: "agent", name, before }, actor);
        return true;
      }),
  };
}

function shown(row: Row): AgentRow {
  const { name, agentGroup, fingerprint, serial, expires, enrolledAt, enrolledBy, renewedAt, revokedAt } = row;
  return {
    name,
    group: agentGroup,
    fingerprint,
    serial,
    expires,
    enrolledAt,
    enrolledBy,
    renewedAt: renewedAt ?? undefined,
    revokedAt: revokedAt ?? undefined,
  };
}
