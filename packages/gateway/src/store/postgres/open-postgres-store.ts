import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import type { Log } from "../../log.ts";
import type { StateStore } from "../state-store.ts";
import { areas } from "./area.ts";
import { createChanges } from "./change.ts";
import { ChangeFeed } from "./change-feed.ts";
import { Database } from "./database.ts";
import { KeptSnapshot } from "./kept-snapshot.ts";
import { migrate } from "./migrate.ts";
import { createAgentPresence } from "./postgres-agent-presence.ts";
import { createAgents } from "./postgres-agents.ts";
import { createAudit } from "./postgres-audit.ts";
import { createAuthorities } from "./postgres-authorities.ts";
import { createControl } from "./postgres-control.ts";
import { createCredentials } from "./postgres-credentials.ts";
import { createDocuments } from "./postgres-documents.ts";
import { createEnrolmentTokens } from "./postgres-enrolment-tokens.ts";
import { createIdempotencyKeys } from "./postgres-idempotency-keys.ts";
import { createPrincipals } from "./postgres-principals.ts";
import { createReplicas, type HeartbeatTimes } from "./postgres-replicas.ts";
import { createSessions } from "./postgres-sessions.ts";
import { createSharedKeys } from "./postgres-shared-keys.ts";
import { createTickets } from "./postgres-tickets.ts";
import { readState } from "./read-state.ts";
import { sweepOld } from "./sweep-old.ts";

export interface PostgresStoreOptions {
  /** Of the database, with the user and password in it. */
  readonly url: Secret<string>;
  readonly log: Log;
  /** The ids of the protocols that a connection may have. */
  readonly protocols: readonly string[];
  /** How long what was read last stands while the database is away. */
  readonly staleMs: number;
  /** What tests shorten. */
  readonly heartbeat?: HeartbeatTimes;
  readonly pingEveryMs?: number;
  /** How long a database that does not answer yet is waited for. */
  readonly startWithinMs?: number;
}

const HEARTBEAT: HeartbeatTimes = { everyMs: 2_000, deadAfterMs: 10_000 };
const START_WITHIN_MS = 30_000;
const FIRST_SWEEP_MS = 60_000;
const SWEEP_EVERY_MS = 3_600_000;
const LAST_NOTES_MS = 3_000;

/**
 * Opens the state store in a PostgreSQL database and follows its changes until disposed. Throws `store/unavailable` where the
 * database does not answer in time, and `store/invalid` where it belongs to a newer version; invalid documents in it only keep
 * `snapshot` from answering until they are mended.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<StateStore> {
  const { url, log, protocols, staleMs } = options;
  await using opened = new AsyncDisposableStack();
  const database = new Database(url);
  opened.defer(() => database.close());
  await whenItAnswers(() => migrate(database), options.startWithinMs ?? START_WITHIN_MS, log);

  const kept = new KeptSnapshot(log, staleMs);
  const control = createControl(database, log);
  const started = Promise.withResolvers<void>();
  const feed = new ChangeFeed({
    database,
    read: async (queries, everything) => kept.take(await readState(queries, protocols, kept.parts, everything)),
    isNews: (notice) => isNews(notice, kept),
    onControl: (payload) => control.hear(payload),
    onState: (state) => {
      kept.follow(state);
      if (state.at === "live") {
        log.info("store.connected");
        started.resolve();
      } else if (state.at === "away") {
        log.error("store.away", { code: state.error.code, reason: state.error.message });
        started.reject(state.error);
      }
    },
    ...(options.pingEveryMs === undefined ? {} : { pingEveryMs: options.pingEveryMs }),
  });
  opened.defer(() => feed.close());
  await started.promise;

  const changes = createChanges(database, () => feed.read());
  const own = randomUUID();
  const sessions = createSessions(database, own, log);
  const principals = createPrincipals(database, changes, log);
  const replicas = await createReplicas({
    database,
    own,
    times: options.heartbeat ?? HEARTBEAT,
    log,
    onTakenForDead: () => sessions.noteAgain(),
  });
  opened.defer(async () => {
    await Promise.all([sessions.close(LAST_NOTES_MS), principals.close(LAST_NOTES_MS)]);
    // where this cannot be said any more, the others find out
    await replicas.close().catch(() => undefined);
  });
  const sweep = (): void =>
    void sweepOld(database).catch((reason: unknown) => {
      const { code, message } = GatewayError.from(reason);
      log.warn("store.not-swept", { code, reason: message });
    });
  const sweeps = [setTimeout(sweep, FIRST_SWEEP_MS).unref(), setInterval(sweep, SWEEP_EVERY_MS).unref()];
  opened.defer(() => sweeps.forEach((timer) => clearTimeout(timer)));

  const everything = opened.move();
  return {
    snapshot: () => kept.snapshot(),
    assertReachable: () => kept.assertReachable(),
    catchUp: () => feed.read(),
    onChange: (listener) => kept.onChange(listener),
    documents: createDocuments(database, changes),
    tickets: createTickets(database, changes),
    agents: createAgents(database, changes),
    agentPresence: createAgentPresence(database),
    enrolmentTokens: createEnrolmentTokens(database, changes),
    authorities: createAuthorities(database, changes),
    credentials: createCredentials(database, changes),
    principals,
    sessions,
    replicas,
    audit: createAudit(database, changes),
    idempotencyKeys: createIdempotencyKeys(database),
    sharedKeys: createSharedKeys(database),
    control,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

/** A database that is only just starting, or fails over, is waited for; one that refuses is not. */
async function whenItAnswers(run: () => Promise<void>, withinMs: number, log: Log): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      await run();
      return;
    } catch (reason) {
      const error = GatewayError.from(reason);
      if (error.code !== "store/unavailable" || isRefusal(error) || Date.now() >= until) throw error;
      log.warn("store.waited-for", { code: error.code, reason: error.message });
    }
    await delay(500);
  }
}

/** Waiting gives nobody a password, a database or rights. */
function isRefusal({ cause }: GatewayError): boolean {
  return cause instanceof Error && "code" in cause && /^(28|3D|42)/.test(String(cause.code));
}

/** A notice says `AREA REVISION`; what this replica has read already, its own changes above all, is no news. */
function isNews(notice: string, { parts }: KeptSnapshot): boolean {
  const [name, revision] = notice.split(" ");
  const area = areas.find((each) => each === name);
  return area === undefined || parts === undefined || parts[area].revision < Number(revision);
}
