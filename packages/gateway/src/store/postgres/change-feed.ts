import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { GatewayError } from "@sallyport/shared/errors";
import { drizzle } from "drizzle-orm/node-postgres";
import type { Client } from "pg";
import { CHANGED_CHANNEL, CONTROL_CHANNEL } from "./area.ts";
import type { Database, Queries } from "./database.ts";
import { storeError } from "./store-error.ts";

/** Whether what was read is what is there. */
export type FeedState =
  | { readonly at: "live" }
  /** Since when it may no longer be. */
  | { readonly at: "away"; readonly since: number; readonly error: GatewayError }
  | { readonly at: "closed" };

export interface ChangeFeedOptions {
  readonly database: Database;
  /** Reads what may have changed; everything, after a connection was lost. Never more than one reading runs. */
  readonly read: (queries: Queries, everything: boolean) => Promise<void>;
  /** Whether a notice of a change tells something new. */
  readonly isNews: (notice: string) => boolean;
  readonly onControl: (message: string) => void;
  readonly onState: (state: FeedState) => void;
  readonly pingEveryMs?: number;
}

const PING_EVERY_MS = 5_000;
const PING = { text: "select 1", query_timeout: 5_000 };
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 3_000;

/**
 * Follows the database's changes on a connection of its own and reads them on that same one, so that as long as it lives nothing
 * is missed: it listens before it reads. A connection that is lost, or no longer answers, is made anew for as long as the feed lives.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #state: FeedState = {
    at: "away",
    since: Date.now(),
    error: new GatewayError("store/unavailable", "the gateway's database has not been asked yet"),
  };
  #connected: { readonly queries: Queries; readonly fail: (reason: unknown) => void } | undefined;
  /** Whether the next reading trusts nothing that was read before. */
  #everything = true;
  #reading: Promise<void> | undefined;
  #nextReading: Promise<void> | undefined;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Resolves when everything that was committed before the call has been read, or the connection was lost. */
  read(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#readOnce().finally(() => {
        this.#reading = undefined;
      });
      return this.#reading;
    }
    // the one that runs may have begun before the change
    this.#nextReading ??= this.#reading.then(() => {
      this.#nextReading = undefined;
      return this.read();
    });
    return this.#nextReading;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#connected?.fail(new GatewayError("store/unavailable", "the store is closed"));
    await this.#running;
  }

  async #run(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (!this.#closing.signal.aborted) {
      const reason = await this.#follow(() => {
        wait = FIRST_WAIT_MS;
      });
      if (this.#closing.signal.aborted) break;
      this.#goAway(storeError(reason));
      // replicas that lost the same database do not come back at the same moment
      await delay(wait * (0.5 + Math.random() / 2), undefined, { signal: this.#closing.signal }).catch(() => undefined);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
    this.#move({ at: "closed" });
  }

  /** One connection's life; resolves to why it ended. */
  async #follow(onLive: () => void): Promise<unknown> {
    const socket = new Socket();
    const client = this.#options.database.newClient({ stream: () => socket });
    const failed = Promise.withResolvers<unknown>();
    client.on("error", failed.resolve);
    client.on("end", () => failed.resolve(new Error("the connection ended")));
    client.on("notification", ({ channel, payload = "" }) => this.#hear(channel, payload));
    const connected = { queries: drizzle(client), fail: failed.resolve };
    try {
      await Promise.race([client.connect(), failed.promise.then((reason) => Promise.reject(asError(reason)))]);
      await client.query(`listen ${CHANGED_CHANNEL}; listen ${CONTROL_CHANNEL}`);
      this.#everything = true;
      this.#connected = connected;
      await this.read();
      // still set: the reading failed
      if (this.#everything) return await failed.promise;
      this.#move({ at: "live" });
      onLive();
      return await this.#untilLost(client, failed.promise);
    } catch (reason) {
      return reason;
    } finally {
      this.#connected = undefined;
      // with the words of the protocol where they still arrive, and without waiting for an answer
      void client.end().catch(() => undefined);
      socket.destroySoon();
      setTimeout(() => socket.destroy(), 1_000).unref();
    }
  }

  async #untilLost(client: Client, failed: Promise<unknown>): Promise<unknown> {
    const ping = async (): Promise<void> => {
      try {
        await client.query(PING);
      } catch (reason) {
        this.#connected?.fail(reason);
      }
    };
    const timer = setInterval(() => void ping(), this.#options.pingEveryMs ?? PING_EVERY_MS);
    timer.unref();
    try {
      return await failed;
    } finally {
      clearInterval(timer);
    }
  }

  #hear(channel: string, payload: string): void {
    if (channel === CONTROL_CHANNEL) this.#options.onControl(payload);
    else if (this.#options.isNews(payload)) void this.read();
  }

  /** Never rejects: a reading that failed says that the connection is no good. */
  async #readOnce(): Promise<void> {
    const connected = this.#connected;
    if (connected === undefined) return;
    try {
      await this.#options.read(connected.queries, this.#everything);
      this.#everything = false;
    } catch (reason) {
      connected.fail(reason);
    }
  }

  #goAway(error: GatewayError): void {
    const since = this.#state.at === "away" ? this.#state.since : Date.now();
    this.#move({ at: "away", since, error });
  }

  #move(state: FeedState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
