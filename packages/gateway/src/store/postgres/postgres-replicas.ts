import { asc, eq, inArray, lt, notExists, sql, and, isNull } from "drizzle-orm";
import type { ErrorCode } from "@sallyport/shared/errors";
import type { Log } from "../../log.ts";
import type { Replicas } from "../doors/replicas.ts";
import { replicas, sessions } from "../schema.ts";
import type { Database, Queries } from "./database.ts";
import { storeError } from "./store-error.ts";

/** How often a replica says that it lives, and for how long one may say nothing. */
export interface HeartbeatTimes {
  readonly everyMs: number;
  readonly deadAfterMs: number;
}

export interface KeptReplicasOptions {
  readonly database: Database;
  readonly own: string;
  readonly times: HeartbeatTimes;
  readonly log: Log;
  /** Others have taken this replica for dead, and its sessions for ended. */
  readonly onTakenForDead: () => void;
}

/** The door, and the heart behind it. */
export interface KeptReplicas extends Replicas {
  /** Takes this replica out, with whatever sessions it still has. */
  close(): Promise<void>;
}

/** What is written of sessions whose replica is gone. */
const LOST: ErrorCode = "gateway/lost";

/** Resolves when this replica is known to the others. */
export async function createReplicas(options: KeptReplicasOptions): Promise<KeptReplicas> {
  const { database, own, times, log } = options;
  let about: { readonly relayAddress: string | null; readonly draining: boolean } = {
    relayAddress: null,
    draining: false,
  };
  /** Since when this one has been heard without a break; only then may it judge others. */
  let heardSince: number | undefined = Date.now();
  let beating: Promise<void> | undefined;

  const enter = (queries: Queries) =>
    queries
      .insert(replicas)
      .values({ id: own, ...about })
      .onConflictDoUpdate({ target: replicas.id, set: { ...about, heartbeatAt: sql`now()` } });

  async function beat(): Promise<void> {
    try {
      const found = await database.ask((queries) =>
        queries
          .update(replicas)
          .set({ heartbeatAt: sql`now()` })
          .where(eq(replicas.id, own))
          .returning({ id: replicas.id }),
      );
      if (found.length === 0) {
        await database.ask(enter);
        options.onTakenForDead();
        heardSince = Date.now();
      }
      heardSince ??= Date.now();
      if (Date.now() - heardSince >= times.deadAfterMs) await sweep();
    } catch (reason) {
      heardSince = undefined;
      const { code, message } = storeError(reason);
      log.warn("heartbeat.missed", { code, reason: message });
    }
  }

  async function sweep(): Promise<void> {
    const { gone, ended } = await database.transact((queries) => sweepDead(queries, times.deadAfterMs));
    if (gone > 0 || ended > 0) log.warn("replicas.lost", { count: gone, sessions: ended });
  }

  await database.ask(enter);
  const timer = setInterval(() => {
    beating ??= beat().finally(() => {
      beating = undefined;
    });
  }, times.everyMs);
  timer.unref();

  return {
    own,
    list: () => database.ask((queries) => listAll(queries)),
    async announce({ relayAddress, draining }) {
      about = {
        relayAddress: relayAddress ?? about.relayAddress,
        draining: draining ?? about.draining,
      };
      await database.ask(enter);
    },
    async close() {
      clearInterval(timer);
      await beating;
      await database.transact(async (queries) => {
        await queries.delete(replicas).where(eq(replicas.id, own));
        await endOrphans(queries);
      });
    },
  };
}

/** Takes out every replica that says nothing, and ends what nobody carries any more. */
async function sweepDead(queries: Queries, deadAfterMs: number): Promise<{ gone: number; ended: number }> {
  const silent = await queries
    .select({ id: replicas.id })
    .from(replicas)
    .where(lt(replicas.heartbeatAt, sql`now() - ${deadAfterMs} * interval '1 millisecond'`))
    // another that sweeps at the same time takes them out
    .for("update", { skipLocked: true });
  const ids = silent.map(({ id }) => id);
  if (ids.length > 0) await queries.delete(replicas).where(inArray(replicas.id, ids));
  return { gone: ids.length, ended: await endOrphans(queries) };
}

async function endOrphans(queries: Queries): Promise<number> {
  const isCarried = queries.select({ id: replicas.id }).from(replicas).where(eq(replicas.id, sessions.replica));
  const ended = await queries
    .update(sessions)
    .set({ closedAt: sql`now()`, endCode: LOST })
    .where(and(isNull(sessions.closedAt), notExists(isCarried)))
    .returning({ id: sessions.id });
  return ended.length;
}

async function listAll(queries: Queries) {
  const rows = await queries.select().from(replicas).orderBy(asc(replicas.startedAt), asc(replicas.id));
  return rows.map(({ relayAddress, ...row }) => ({ ...row, relayAddress: relayAddress ?? undefined }));
}
