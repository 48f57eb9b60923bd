import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { Secret } from "@sallyport/shared/secret";
import pg from "pg";
import { startStateServer, STATE_TEMPLATE } from "./state-server.ts";
import { STATE_SERVER_DOOR } from "./state-server-setup.ts";

/** A database of its own for a store; disposing drops it. */
export interface StateDatabase extends AsyncDisposable {
  readonly url: Secret<string>;
  query(sql: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
}

/** Copies the database that has the schema already, on the server of the test run, or on one of its own outside of a test run. */
export async function openStateDatabase(): Promise<StateDatabase> {
  await using opened = new AsyncDisposableStack();
  const serverUrl = (await serverOfRun()) ?? opened.use(await startStateServer()).url;
  const name = `state_${randomBytes(8).toString("hex")}`;
  const admin = new pg.Client(serverUrl);
  admin.on("error", () => undefined);
  await admin.connect();
  opened.defer(() => admin.end());
  await admin.query(`create database ${name} template ${STATE_TEMPLATE}`);
  opened.defer(async () => {
    await admin.query(`drop database ${name} with (force)`);
  });
  const url = new URL(serverUrl);
  url.pathname = name;
  const everything = opened.move();
  return {
    url: new Secret(url.href),
    async query(sql, values = []) {
      const client = new pg.Client(url.href);
      await client.connect();
      try {
        const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
        return rows;
      } finally {
        await client.end();
      }
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function serverOfRun(): Promise<string | undefined> {
  const door = process.env[STATE_SERVER_DOOR];
  return door === undefined ? undefined : await text(connect(door));
}
