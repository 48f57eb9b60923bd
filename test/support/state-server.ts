import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgresServer } from "@sallyport/cli/servers/postgres-server";
import { memoryLog } from "./memory-log.ts";
import { openPostgresStore } from "@sallyport/gateway/store/postgres/open-postgres-store";
import { Secret } from "@sallyport/shared/secret";
import pg from "pg";

/** One cluster is made for all tests of a machine and copied for each. */
export const CLUSTER_TEMPLATE = join(tmpdir(), "sallyport-test-template");
/** A database that has the schema already: a copy of it is there in no time. */
export const STATE_TEMPLATE = "sallyport_template";

/** A server for the stores of gateways under test. */
export interface StateServer extends AsyncDisposable {
  /** The superuser's. */
  readonly url: string;
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
  const admin = new pg.Client(server.url);
  await admin.connect();
  await admin.query(`create database ${STATE_TEMPLATE}`);
  await admin.end();
  const template = new URL(server.url);
  template.pathname = STATE_TEMPLATE;
  const store = await openPostgresStore({
    url: new Secret(template.href),
    log: memoryLog(),
    protocols: [],
    staleMs: 0,
  });
  await store[Symbol.asyncDispose]();
  const everything = opened.move();
  return { url: server.url, [Symbol.asyncDispose]: () => everything.disposeAsync() };
}
