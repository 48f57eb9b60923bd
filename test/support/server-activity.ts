import pg from "pg";
import { until } from "./until.ts";

/** What a server itself says of its sessions, asked over a connection of its own that it does not count. */
export interface ServerActivity extends AsyncDisposable {
  /** The client sessions that are there now. */
  sessions(): Promise<readonly ServerBackend[]>;
  /** Resolves when this holds of them. */
  until(holds: (sessions: readonly ServerBackend[]) => boolean): Promise<void>;
}

export interface ServerBackend {
  readonly pid: number;
  readonly state: string;
  readonly query: string;
  /** What it waits for, such as ClientRead. */
  readonly wait: string;
}

const QUERY = `
  SELECT pid, coalesce(state, '') AS state, query, coalesce(wait_event, '') AS wait FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;

export async function watchActivity(url: string): Promise<ServerActivity> {
  const client = new pg.Client(url);
  await client.connect();
  const sessions = async (): Promise<readonly ServerBackend[]> => (await client.query<ServerBackend>(QUERY)).rows;
  return {
    sessions,
    until: (holds) => until(async () => holds(await sessions())),
    [Symbol.asyncDispose]: () => client.end(),
  };
}
