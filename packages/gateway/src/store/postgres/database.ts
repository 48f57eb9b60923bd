import type { Secret } from "@sallyport/shared/secret";
import { drizzle, type NodePgQueryResultHKT } from "drizzle-orm/node-postgres";
import type { PgDatabase } from "drizzle-orm/pg-core";
import { Client, Pool, type ClientConfig } from "pg";
import { storeError } from "./store-error.ts";

/** Asks the database, in a transaction or not. */
export type Queries = PgDatabase<NodePgQueryResultHKT>;

/** No question to the store waits longer, whatever the database does. */
const QUERY_MS = 10_000;
const LOCK_MS = 5_000;
const CONNECT_MS = 5_000;
const MAX_CONNECTIONS = 5;
/** A connection that is not needed costs the server memory. */
const IDLE_MS = 10_000;

/** The gateway's connections for questions and changes. What follows changes has one of its own. */
export class Database {
  readonly #url: Secret<string>;
  readonly #pool: Pool;
  readonly #queries: Queries;

  constructor(url: Secret<string>) {
    this.#url = url;
    this.#pool = new Pool({ ...this.#config(), max: MAX_CONNECTIONS, idleTimeoutMillis: IDLE_MS });
    // one that broke while it was idle is replaced; who needs the database learns of it by asking
    this.#pool.on("error", () => undefined);
    // one that breaks between two questions of a transaction: the next question says so, and unheard it would end the process
    this.#pool.on("connect", (client) => client.on("error", () => undefined));
    this.#queries = drizzle(this.#pool);
  }

  /** Asks, outside of a transaction. Rejects with a `GatewayError`, within a bound of time. */
  async ask<T>(run: (queries: Queries) => Promise<T>): Promise<T> {
    try {
      return await run(this.#queries);
    } catch (reason) {
      throw storeError(reason);
    }
  }

  /** Runs all or nothing. Rejects with a `GatewayError`, within a bound of time. */
  transact<T>(run: (queries: Queries) => Promise<T>): Promise<T> {
    return this.ask((queries) => queries.transaction(run));
  }

  /** A connection outside of the pool, not yet made; the caller's. */
  newClient(more: ClientConfig = {}): Client {
    return new Client({ ...this.#config(), ...more });
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  #config(): ClientConfig {
    return {
      connectionString: this.#url.reveal(),
      application_name: "sallyport",
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      lock_timeout: LOCK_MS,
      statement_timeout: QUERY_MS,
      idle_in_transaction_session_timeout: QUERY_MS,
      // the server's own limits do not help when it is the network that is gone
      query_timeout: QUERY_MS + 2_000,
    };
  }
}
