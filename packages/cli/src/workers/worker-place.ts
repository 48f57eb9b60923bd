import { setTimeout as delay } from "node:timers/promises";
import { Backoff } from "@sallyport/shared/tunnel/backoff";
import type { Log } from "@sallyport/gateway/log";
import { GatewayError } from "@sallyport/shared/errors";
import type { StopReason } from "../stop-request.ts";
import type { Worker } from "./worker.ts";

export interface WorkerPlaceOptions {
  readonly number: number;
  /** What has to be there before one is started. */
  readonly prepare: () => Promise<void>;
  readonly start: () => Worker;
  /** Called whenever one of them serves. */
  readonly onReady: () => Promise<void>;
  readonly log: Log;
}

/** A place in which there is always a worker: one that is lost is followed by another, at growing distances where that does not live long. */
export class WorkerPlace {
  readonly #options: WorkerPlaceOptions;
  readonly #closing = new AbortController();
  #current: Worker | undefined;
  #kept: Promise<void> | undefined;

  constructor(options: WorkerPlaceOptions) {
    this.#options = options;
  }

  get current(): Worker | undefined {
    return this.#current;
  }

  /** Resolves when the first one serves. */
  async open(): Promise<void> {
    await this.#options.prepare();
    const first = this.#start();
    await first.ready;
    await this.#begun(first);
    this.#kept = this.#keep(first);
  }

  /** Ends the one that there is, if need be by force, and starts no other. */
  async close(reason: StopReason, withinMs: number): Promise<void> {
    this.#closing.abort();
    const worker = this.#current;
    if (worker !== undefined) {
      worker.stop(reason);
      const limit = setTimeout(() => worker.kill(), withinMs);
      await worker.exited;
      clearTimeout(limit);
    }
    await this.#kept;
  }

  #start(): Worker {
    this.#current = this.#options.start();
    return this.#current;
  }

  async #keep(first: Worker): Promise<void> {
    const { signal } = this.#closing;
    const backoff = new Backoff();
    let worker = first;
    for (;;) {
      const startedAt = performance.now();
      const reason = await worker.exited;
      if (signal.aborted) return;
      this.#options.log.error("worker.lost", { ...this.#about(worker), reason });
      await delay(backoff.nextMs(performance.now() - startedAt), undefined, { signal }).catch(() => undefined);
      // what it then lacks ends it, and the next attempt comes later
      await this.#orSaid(this.#options.prepare());
      if (signal.aborted) return;
      worker = this.#start();
      void this.#begunOnceReady(worker);
    }
  }

  /** One that ends before it serves is lost like any other, which is said there. */
  async #begunOnceReady(worker: Worker): Promise<void> {
    const isReady = await worker.ready.then(
      () => true,
      () => false,
    );
    if (isReady) await this.#orSaid(this.#begun(worker));
  }

  async #begun(worker: Worker): Promise<void> {
    await this.#options.onReady();
    this.#options.log.info("worker.started", this.#about(worker));
  }

  /** What fails while the other workers serve is no reason to end them. */
  async #orSaid(attempt: Promise<void>): Promise<void> {
    try {
      await attempt;
    } catch (reason) {
      const { code, message } = GatewayError.from(reason);
      this.#options.log.error("worker.incomplete", { worker: this.#options.number, code, reason: message });
    }
  }

  #about({ pid }: Worker): { readonly worker: number; readonly pid: number | undefined } {
    return { worker: this.#options.number, pid };
  }
}
