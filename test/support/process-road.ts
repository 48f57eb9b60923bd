import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  startPostgresServer,
  type PostgresServer,
  type PostgresServerOptions,
} from "@sallyport/cli/servers/postgres-server";
import { connectionDocument } from "./road.ts";
import { CLUSTER_TEMPLATE } from "./state-server.ts";
import {
  startServedProcessRoad,
  type ServedProcessRoad,
  type ServedProcessRoadOptions,
} from "./served-process-road.ts";

export interface ProcessRoadOptions extends Pick<ServedProcessRoadOptions, "limits" | "recordings" | "events"> {
  readonly server?: Partial<PostgresServerOptions>;
}

/** The road to a PostgreSQL server of its own, with gateway and agent as processes. */
export interface ProcessRoad extends ServedProcessRoad {
  /** Where the configurations lie. */
  readonly folder: string;
  readonly server: PostgresServer;
  /** For a principal who may do everything. */
  readonly url: string;
}

/** Starts the server alone; the test starts the rest. Disposing ends whatever of it still runs. */
export async function startProcessRoad(options: ProcessRoadOptions = {}): Promise<ProcessRoad> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-road-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startPostgresServer({
    folder: join(folder, "server"),
    template: CLUSTER_TEMPLATE,
    durable: false,
    ...options.server,
  });
  opened.defer(() => server.stop());
  const { limits, recordings, events } = options;
  const connection = await connectionDocument(folder, server);
  const road = opened.use(await startServedProcessRoad({ folder, connection, limits, recordings, events }));
  const { user, secret } = road.ticket;
  const query = new URLSearchParams({ sslmode: "verify-full", sslrootcert: road.caFile });
  const everything = opened.move();
  return {
    ...road,
    folder,
    server,
    url: `postgres://${encodeURIComponent(user)}:${secret}@localhost:${road.port}/shop?${query.toString()}`,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}
