import { GatewayError } from "@sallyport/shared/errors";
import { and, desc, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";
import type { EnrolmentTokenRow, EnrolmentTokens } from "../doors/enrolment-tokens.ts";
import { agents, enrolmentTokens } from "../schema.ts";
import type { Changes } from "./change.ts";
import type { Database } from "./database.ts";

type Row = typeof enrolmentTokens.$inferSelect;

/** What is left of the agent that had the name before: nothing. */
const anew = { previousFingerprint: null, enrolledAt: sql`now()`, renewedAt: null, revokedAt: null, revokedBy: null };

export function createEnrolmentTokens(database: Database, changes: Changes): EnrolmentTokens {
  return {
    add: ({ id, hash, group, expires }, actor) =>
      changes.make(async ({ queries, audit }) => {
        const token = { id, tokenHash: hash, agentGroup: group, expires, createdBy: actor.name };
        await queries.insert(enrolmentTokens).values(token);
        await audit({ action: "created", kind: "enrolment-token", name: id, after: { group, expires } }, actor);
      }),

    list: () =>
      database.ask(async (queries) => {
        const rows = await queries
          .select()
          .from(enrolmentTokens)
          .where(isNull(enrolmentTokens.revokedAt))
          .orderBy(desc(enrolmentTokens.createdAt), desc(enrolmentTokens.id));
        return rows.map(shown);
      }),

    revoke: (id, actor) =>
      changes.make(async ({ queries, audit }) => {
        const [row] = await queries
          .update(enrolmentTokens)
          .set({ revokedAt: sql`now()` })
          .where(and(eq(enrolmentTokens.id, id), isNull(enrolmentTokens.usedAt), isNull(enrolmentTokens.revokedAt)))
          .returning();
        if (row === undefined) return false;
        await audit({ action: "revoked", kind: "enrolment-token", name: id, before: { group: row.agentGroup } }, actor);
        return true;
      }),

    use: (hash, enrol, address) =>
      changes.make(async ({ queries, bump, audit }) => {
        const isGood = and(
          eq(enrolmentTokens.tokenHash, hash),
          isNull(enrolmentTokens.usedAt),
          isNull(enrolmentTokens.revokedAt),
          gt(enrolmentTokens.expires, sql`now()`),
        );
        // of several at once one gets the row, and the others then find that it no longer fits
        const [row] = await queries.select().from(enrolmentTokens).where(isGood).for("update");
        if (row === undefined) return undefined;
        const agent = await enrol(shown(row));
        await bump("agents");
        const { name, group, fingerprint, serial, expires } = agent;
        const enrolledBy = row.createdBy;
        const enrolled = { agentGroup: group, fingerprint, serial, expires, enrolledBy };
        const [kept] = await queries
          .insert(agents)
          .values({ name, ...enrolled })
          // one that was revoked leaves its name to whoever comes after it
          .onConflictDoUpdate({
            target: agents.name,
            set: { ...enrolled, ...anew },
            setWhere: isNotNull(agents.revokedAt),
          })
          .returning({ name: agents.name });
        if (kept === undefined) throw new GatewayError("store/conflict", `an agent ${name} is there already`);
        await queries
          .update(enrolmentTokens)
          .set({ usedAt: sql`now()`, usedBy: name })
          .where(eq(enrolmentTokens.id, row.id));
        const after = { group, fingerprint, serial, expires, enrolmentToken: row.id };
        await audit({ action: "enrolled", kind: "agent", name, after }, { name, kind: "agent", address });
        return agent;
      }),
  };
}

function shown({ id, agentGroup, createdBy, createdAt, expires, usedAt, usedBy }: Row): EnrolmentTokenRow {
  return {
    id,
    group: agentGroup,
    createdBy,
    createdAt,
    expires,
    usedAt: usedAt ?? undefined,
    usedBy: usedBy ?? undefined,
  };
}
