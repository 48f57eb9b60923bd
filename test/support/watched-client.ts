import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";

const NO_AGENT = "08001";
/** An attempt is a whole login, which takes from the agent on its way the processor that it needs. */
const AGAIN_AFTER_MS = 50;

/** What a client was told, and by whom: `code` is the server's or the gateway's SQLSTATE, or the system's. */
export interface ToldError {
  readonly code: string | undefined;
  readonly severity: string | undefined;
  readonly message: string;
  readonly detail: string | undefined;
}

/** A driver's client, of which a test sees how it ends. */
export interface WatchedClient extends AsyncDisposable {
  readonly client: pg.Client;
  /** The backend's, as the server's views name it. */
  readonly backend: number;
  /** The first that is told outside of a query; an end without a word is one too. */
  readonly ended: Promise<ToldError>;
}

/** Connects, and rejects with what it was told instead. */
export async function connectWatched(url: string): Promise<WatchedClient> {
  const client = new pg.Client(url);
  const ended = new Promise<ToldError>((resolve) => client.once("error", (error) => resolve(told(error))));
  // A second report of the same end would be thrown.
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return {
    client,
    backend: rows[0]?.pid ?? 0,
    ended,
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** What a promise rejects with. */
export async function failureOf(attempt: Promise<unknown>): Promise<ToldError> {
  const outcome = await attempt.then(
    () => undefined,
    (error: unknown) => told(error),
  );
  if (outcome === undefined) throw new Error("it was expected to fail, and did not");
  return outcome;
}

function told(error: unknown): ToldError {
  if (error instanceof pg.DatabaseError) {
    const { code, severity, message, detail } = error;
    return { code, severity, message, detail };
  }
  const { message } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  return { code, severity: undefined, message, detail: undefined };
}

/** The same while an agent is on its way back to the gateway: until it is there, the connection has no agent. */
export async function connectOnceServed(url: string): Promise<WatchedClient> {
  for (;;) {
    try {
      return await connectWatched(url);
    } catch (error) {
      if (told(error).code !== NO_AGENT) throw error;
    }
    await pause(AGAIN_AFTER_MS);
  }
}
