import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "@sallyport/gateway/log";
import { Secret } from "@sallyport/shared/secret";
import { takeFolderLock } from "../servers/folder-lock.ts";
import { startPostgresServer, type PostgresServer, type PostgresServerOptions } from "../servers/postgres-server.ts";

const LONGEST_WAIT_MS = 10_000;
/** Of one replica: its pool, and what follows changes. With room for those of one that was killed and of the next in its place. */
const CONNECTIONS_OF_REPLICA = 14;
/** For whoever looks, and for copies. */
const OTHER_CONNECTIONS = 30;

/** The database that a gateway keeps everything in. Disposing ends it where it is the gateway's own. */
export interface StateDatabase extends AsyncDisposable {
  readonly url: Secret<string>;
}

/** A server that is lost comes back where it was: the gateway's connections look for it there. */
type Restart = (port: number) => Promise<PostgresServer>;

/** Little of everything: it keeps documents and rows of sessions, for the gateway of one machine, beside which it has to fit. */
const settingsFor = (replicas: number): Readonly<Record<string, string>> => ({
  shared_buffers: "16MB",
  max_connections: String(Math.max(100, OTHER_CONNECTIONS + replicas * CONNECTIONS_OF_REPLICA)),
  wal_level: "minimal",
  max_wal_senders: "0",
  max_replication_slots: "0",
  max_wal_size: "128MB",
  min_wal_size: "32MB",
  io_method: "sync",
  max_worker_processes: "1",
  max_parallel_workers: "0",
  max_logical_replication_workers: "0",
  autovacuum_max_workers: "1",
  autovacuum_worker_slots: "1",
  jit: "off",
  log_checkpoints: "off",
  // a statement that fails may hold what no log should
  log_min_error_statement: "panic",
  log_min_messages: "warning",
});

/** Where the server keeps everything, below the gateway's folder. */
export function embeddedServerFolder(folder: string): string {
  return join(folder, "database");
}

/**
 * Starts the gateway's own PostgreSQL server in a folder that this process alone may use, and keeps it running until disposed. One
 * that an earlier gateway has left behind, killed before it could end it, is ended first; what was committed is there again.
 */
export async function startEmbeddedDatabase(folder: string, log: Log, replicas = 1): Promise<StateDatabase> {
  await using opened = new AsyncDisposableStack();
  await mkdir(folder, { recursive: true });
  // the server's own user may pass through; what lies inside is closed by itself
  await chmod(folder, 0o711);
  opened.defer(await takeFolderLock(join(folder, "gateway.lock"), "A gateway"));
  const options: PostgresServerOptions = {
    folder: embeddedServerFolder(folder),
    settings: settingsFor(replicas),
    endsOrphan: true,
    log: (line) => log.info("state-database.starting", { reason: line }),
  };
  const first = await startPostgresServer(options);
  log.info("state-database.started", { pid: first.pid, port: first.port });
  opened.use(keepRunning(first, (port) => startPostgresServer({ ...options, port }), log));
  const everything = opened.move();
  return { url: new Secret(first.url), [Symbol.asyncDispose]: () => everything.disposeAsync() };
}

function keepRunning(first: PostgresServer, restart: Restart, log: Log): AsyncDisposable {
  const closing = new AbortController();
  let server = first;

  async function watch(): Promise<void> {
    for (let wait = 100; !closing.signal.aborted;) {
      const lastLines = await server.exited;
      if (closing.signal.aborted) return;
      log.error("state-database.lost", { pid: server.pid, reason: lastLines });
      try {
        server = await restart(first.port);
        wait = 100;
        log.info("state-database.started", { pid: server.pid, port: server.port });
      } catch (reason) {
        log.error("state-database.not-started", { reason: reason instanceof Error ? reason.message : String(reason) });
        await delay(wait, undefined, { signal: closing.signal }).catch(() => undefined);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      }
    }
  }

  const watching = watch();
  return {
    async [Symbol.asyncDispose]() {
      closing.abort();
      await server.stop();
      await watching;
      // one that was being started meanwhile
      await server.stop();
    },
  };
}
