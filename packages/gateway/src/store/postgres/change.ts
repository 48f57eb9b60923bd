import type { Actor } from "../doors/actor.ts";
import type { AuditEntry } from "../doors/audit.ts";
import { audit } from "../schema.ts";
import { bump, type Area } from "./area.ts";
import type { Database, Queries } from "./database.ts";

/** An administrative change that is being made: all of it is one transaction. */
export interface Change {
  readonly queries: Queries;
  /** Before the rows of an area are written: the revision that they get. */
  readonly bump: (area: Area) => Promise<number>;
  readonly audit: (entry: AuditEntry, actor: Actor) => Promise<void>;
}

/** Makes changes, and says so when they are made. */
export interface Changes {
  /** Resolves when the change is kept and this replica's snapshot shows it. */
  make<T>(run: (change: Change) => Promise<T>): Promise<T>;
  onAudited(listener: (entry: AuditEntry, actor: Actor) => void): () => void;
}

/** `takeUp` resolves when this replica has read what was committed. */
export function createChanges(database: Database, takeUp: () => Promise<void>): Changes {
  const listeners = new Set<(entry: AuditEntry, actor: Actor) => void>();

  async function make<T>(run: (change: Change) => Promise<T>): Promise<T> {
    const audited: { readonly entry: AuditEntry; readonly actor: Actor }[] = [];
    let isSeen = false;
    const result = await database.transact((queries) =>
      run({
        queries,
        bump(area) {
          isSeen = true;
          return bump(queries, area);
        },
        async audit(entry, actor) {
          await queries.insert(audit).values(auditRow(entry, actor));
          audited.push({ entry, actor });
        },
      }),
    );
    for (const { entry, actor } of audited) for (const listener of listeners) listener(entry, actor);
    if (isSeen) await takeUp();
    return result;
  }

  return {
    make,
    onAudited(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function auditRow({ action, kind, name, before, after }: AuditEntry, actor: Actor): typeof audit.$inferInsert {
  return {
    actor: actor.name,
    actorKind: actor.kind,
    address: actor.address,
    requestId: actor.requestId,
    action,
    kind,
    name,
    before,
    after,
  };
}
