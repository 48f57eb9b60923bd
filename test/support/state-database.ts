import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { Secret } from "@sallyport/shared/secret";
import pg from "pg";
import { startStateServer } from "./state-server.ts";
import { STATE_SERVER_DOOR } from "./state-server-setup.ts";

/** An empty database with the schema in it, for one store or several replicas. */
export interface StateDatabase extends AsyncDisposable {
  readonly url: Secret<string>;
  /** Past the gateway. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
}

/** Takes one of the test run's server, or of one of its own outside of a test run. */
export async function openStateDatabase(): Promise<StateDatabase> {
  await using opened = new AsyncDisposableStack();
  const door = process.env[STATE_SERVER_DOOR];
  const url = door === undefined ? await ofOwnServer(opened) : await ofRun(door, opened);
  const everything = opened.move();
  return { ...databaseAt(url), [Symbol.asyncDispose]: () => everything.disposeAsync() };
}

/** A database of whoever made it. */
export function databaseAt(url: string): StateDatabase {
  return {
    url: new Secret(url),
    async query(sql, values = []) {
      const client = new pg.Client(url);
      client.on("error", () => undefined);
      await client.connect();
      try {
        const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
        return rows;
      } finally {
        await client.end();
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function ofOwnServer(opened: AsyncDisposableStack): Promise<string> {
  return (await opened.use(await startStateServer()).lend()).url;
}

async function ofRun(door: string, opened: AsyncDisposableStack): Promise<string> {
  const socket = connect(door);
  opened.defer(() => void socket.destroy());
  const lines: readonly unknown[] = await once(createInterface(socket), "line");
  const [line] = lines;
  if (typeof line !== "string") throw new Error("the test run's server lends nothing");
  return line;
}
