import { and, desc, eq, gte, lt } from "drizzle-orm";
import type { Actor } from "../doors/actor.ts";
import type { Audit, AuditRow } from "../doors/audit.ts";
import { audit } from "../schema.ts";
import type { Changes } from "./change.ts";
import { pageOf, readNumberCursor } from "./cursor.ts";
import type { Database } from "./database.ts";

type Row = typeof audit.$inferSelect;

const actorKinds: Readonly<Record<string, Actor["kind"]>> = {
  human: "human",
  service: "service",
  "ai-agent": "ai-agent",
  local: "local",
  agent: "agent",
  gateway: "gateway",
};

export function createAudit(database: Database, changes: Changes): Audit {
  return {
    write: (entry, actor) => changes.make((change) => change.audit(entry, actor)),

    list: ({ actor, action, kind, name, from, to }, { limit, after }) =>
      database.ask(async (queries) => {
        const rows = await queries
          .select()
          .from(audit)
          .where(
            and(
              actor === undefined ? undefined : eq(audit.actor, actor),
              action === undefined ? undefined : eq(audit.action, action),
              kind === undefined ? undefined : eq(audit.kind, kind),
              name === undefined ? undefined : eq(audit.name, name),
              from === undefined ? undefined : gte(audit.at, from),
              to === undefined ? undefined : lt(audit.at, to),
              after === undefined ? undefined : lt(audit.id, readNumberCursor(after)),
            ),
          )
          .orderBy(desc(audit.id))
          .limit(limit + 1);
        return pageOf(rows, limit, shown, ({ id }) => [id]);
      }),

    onWritten: (listener) => changes.onAudited(listener),
  };
}

function shown({ id, at, action, kind, name, before, after, ...row }: Row): AuditRow {
  const actor: Actor = {
    name: row.actor,
    kind: actorKinds[row.actorKind] ?? "gateway",
    address: row.address ?? undefined,
    requestId: row.requestId ?? undefined,
  };
  return { id, at, actor, action, kind, name, before: before ?? undefined, after: after ?? undefined };
}
