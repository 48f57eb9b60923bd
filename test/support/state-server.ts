import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgresServer } from "@sallyport/cli/servers/postgres-server";
import { openPostgresStore } from "@sallyport/gateway/store/postgres/open-postgres-store";
import { Secret } from "@sallyport/shared/secret";
import pg from "pg";
import { memoryLog } from "./memory-log.ts";

/** One cluster is made for all tests of a machine and copied for each. */
export const CLUSTER_TEMPLATE = join(tmpdir(), "sallyport-test-template");

const END_OTHERS =
  "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
const TABLES = "select tablename from pg_tables where schemaname = 'sallyport' and tablename <> 'migrations'";

/** A database that is nobody else's until it is given back. */
export interface LentDatabase {
  readonly url: string;
  giveBack(): Promise<void>;
}

/** A server for the stores of gateways under test. Its databases are emptied and lent again: making one takes longer than all else a test does. */
export interface StateServer extends AsyncDisposable {
  lend(): Promise<LentDatabase>;
}

export async function startStateServer(): Promise<StateServer> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-state-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startPostgresServer({
    folder: join(folder, "server"),
    template: CLUSTER_TEMPLATE,
    durable: false,
    settings: { max_connections: "300", autovacuum: "off" },
  });
  opened.defer(() => server.stop());
  const free: string[] = [];
  let made = 0;

  async function make(): Promise<string> {
    const name = `state_${++made}`;
    await withClient(server.url, (client) => client.query(`create database ${name}`));
    const url = new URL(server.url);
    url.pathname = name;
    const migrated = await openPostgresStore({
      url: new Secret(url.href),
      log: memoryLog(),
      protocols: [],
      staleMs: 0,
    });
    await migrated[Symbol.asyncDispose]();
    return url.href;
  }

  const everything = opened.move();
  return {
    async lend() {
      const url = free.pop() ?? (await make());
      return {
        url,
        async giveBack() {
          await empty(url);
          free.push(url);
        },
      };
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function empty(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(END_OTHERS);
    const { rows } = await client.query<{ tablename: string }>(TABLES);
    // presence before the replicas that it points at
    const names = rows.map(({ tablename }) => tablename).toSorted();
    await client.query(names.map((name) => `delete from sallyport.${name}`).join("; "));
  });
}

async function withClient(url: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(url);
  client.on("error", () => undefined);
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
