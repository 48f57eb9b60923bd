import { GatewayError } from "../errors.ts";
import type { OpenSession, ServerFacts } from "./open-session.ts";

/** A check that takes longer has failed. */
const CHECK_TIMEOUT_MS = 10_000;

export interface HealthWatchOptions {
  readonly check: (request: OpenSession, signal: AbortSignal) => Promise<ServerFacts>;
  /** Called after every check, with what the server says about itself or why it cannot be reached. */
  readonly report: (connection: string, found: ServerFacts | GatewayError) => void;
  readonly intervalMs: number;
}

/** Checks connections now and then, one after another: a server's health must not depend on how many are looked at. */
export class HealthWatch {
  readonly #options: HealthWatchOptions;
  #stop = new AbortController();
  readonly #ended = new AbortController();

  constructor(options: HealthWatchOptions) {
    this.#options = options;
  }

  /** Checks these from now on, at once for the first time, and no others. */
  watch(connections: readonly OpenSession[]): void {
    this.#stop.abort(givenUp());
    this.#stop = new AbortController();
    if (connections.length > 0) void this.#run(connections, this.#stop.signal);
  }

  stop(): void {
    this.#stop.abort(givenUp());
    this.#ended.abort(givenUp());
  }

  /** Checks one now; nothing of the request is kept afterwards. */
  checkOnce(connection: OpenSession): Promise<void> {
    return this.#checkOne(connection, this.#ended.signal);
  }

  async #run(connections: readonly OpenSession[], stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      for (const connection of connections) {
        await this.#checkOne(connection, stopped);
        if (stopped.aborted) return;
      }
      await pause(this.#options.intervalMs, stopped);
    }
  }

  async #checkOne(connection: OpenSession, stopped: AbortSignal): Promise<void> {
    const found = await this.#options
      .check(connection, AbortSignal.any([stopped, AbortSignal.timeout(CHECK_TIMEOUT_MS)]))
      .catch((reason: unknown) => GatewayError.from(reason, "server/unreachable"));
    if (!stopped.aborted) this.#options.report(connection.connection, found);
  }
}

function givenUp(): GatewayError {
  return new GatewayError("server/unreachable", "the check was given up");
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stopped.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
