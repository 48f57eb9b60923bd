import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../log.ts";
import type { Delivery, EventSink } from "./event-sink.ts";

const MAX_QUEUE_BYTES = 32 * 1024 * 1024;
const BATCH_EVENTS = 100;
const BATCH_BYTES = 512 * 1024;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 60_000;
const GIVE_UP_MS = 500;
/** How often it is said that events are being dropped. */
const SAY_EVERY_MS = 10_000;

export interface EventQueueOptions {
  readonly sink: EventSink;
  readonly log: Log;
  /** How many events may wait. */
  readonly maxEvents?: number;
  readonly firstRetryMs?: number;
  readonly onCounted?: (result: "delivered" | "dropped", count: number) => void;
}

/**
 * Stands between sessions and a sink: takes an event at once, and carries them out in their order, one batch at a time. What a sink does not take
 * is tried again, at growing distances, without end. Beyond its bounds the newest are dropped, so that a flood cannot wash away
 * what came before it.
 */
export class EventQueue {
  readonly #options: EventQueueOptions;
  readonly #waiting: string[] = [];
  #bytes = 0;
  #carrying: Promise<void> | undefined;
  readonly #stopped = new AbortController();
  #unsaid = 0;
  #saidAt = Number.NEGATIVE_INFINITY;
  #isDelayed = false;
  #isClosed = false;

  constructor(options: EventQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.length;
  }

  put(event: string): void {
    const { maxEvents = 10_000 } = this.#options;
    const isFull = this.#waiting.length >= maxEvents || this.#bytes + event.length > MAX_QUEUE_BYTES;
    if (isFull || this.#isClosed) {
      this.#drop(1, "too many wait");
      return;
    }
    this.#waiting.push(event);
    this.#bytes += event.length;
    this.#carrying ??= this.#carry();
  }

  reopen(): void {
    this.#options.sink.reopen?.();
  }

  /** Carries out what waits, as far as there is time; the rest is dropped, and said to be. */
  async close(withinMs: number): Promise<void> {
    this.#isClosed = true;
    const late = setTimeout(() => this.#stopped.abort(), withinMs);
    // a write that hangs cannot be called back
    await Promise.race([this.#carrying, delay(withinMs + GIVE_UP_MS, undefined, { ref: false })]);
    clearTimeout(late);
    const left = this.#waiting.splice(0).length;
    if (left > 0) this.#drop(left, "the gateway ends");
    this.#sayDropped("until the end");
    await this.#options.sink.close();
  }

  async #carry(): Promise<void> {
    // what comes in the same turn goes in the same batch
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0 && !this.#stopped.signal.aborted) {
        const batch = this.#batch();
        const delivery = await this.#deliver(batch);
        if (delivery === undefined) return;
        this.#cross(batch);
        if (delivery.kind === "refused") this.#drop(batch.length, delivery.reason);
        else this.#taken(batch.length, delivery.rejected);
      }
    } finally {
      // in the same turn as the last look: what comes behind it would find nobody carrying, and wait for the next event
      this.#carrying = undefined;
    }
  }

  /** Tries until the sink has decided; undefined: there was no more time. */
  async #deliver(batch: readonly string[]): Promise<Exclude<Delivery, { readonly kind: "later" }> | undefined> {
    const { signal } = this.#stopped;
    let retryMs = this.#options.firstRetryMs ?? FIRST_RETRY_MS;
    while (!signal.aborted) {
      const delivery = await this.#try(batch);
      if (delivery.kind !== "later") return delivery;
      this.#sayDelayed(delivery.reason);
      // spread out, so that the replicas of a gateway do not come back all at once
      await this.#pause(Math.max(retryMs * (0.75 + Math.random() / 2), delivery.afterMs ?? 0));
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
    return undefined;
  }

  #batch(): readonly string[] {
    let bytes = 0;
    const end = this.#waiting.findIndex((event, index) => {
      bytes += event.length;
      return index >= BATCH_EVENTS || (index > 0 && bytes > BATCH_BYTES);
    });
    return end === -1 ? [...this.#waiting] : this.#waiting.slice(0, end);
  }

  async #try(batch: readonly string[]): Promise<Delivery> {
    try {
      return await this.#options.sink.deliver(batch, this.#stopped.signal);
    } catch (reason) {
      return { kind: "later", reason: reason instanceof Error ? reason.message : String(reason) };
    }
  }

  #cross(batch: readonly string[]): void {
    this.#waiting.splice(0, batch.length);
    for (const event of batch) this.#bytes -= event.length;
  }

  #taken(count: number, rejected = 0): void {
    this.#options.onCounted?.("delivered", count - rejected);
    if (rejected > 0) this.#drop(rejected, "the receiver took a part");
    else this.#sayDropped("until now");
    if (!this.#isDelayed) return;
    this.#isDelayed = false;
    this.#options.log.info("events.resumed", { ...this.#about(), count: this.#waiting.length });
  }

  #drop(count: number, reason: string): void {
    this.#options.onCounted?.("dropped", count);
    this.#unsaid += count;
    if (performance.now() - this.#saidAt >= SAY_EVERY_MS) this.#sayDropped(reason);
  }

  #sayDropped(reason: string): void {
    if (this.#unsaid === 0) return;
    this.#options.log.error("events.dropped", { ...this.#about(), count: this.#unsaid, reason });
    this.#unsaid = 0;
    this.#saidAt = performance.now();
  }

  #sayDelayed(reason: string): void {
    if (this.#isDelayed) return;
    this.#isDelayed = true;
    this.#options.log.warn("events.delayed", { ...this.#about(), count: this.#waiting.length, reason });
  }

  #about(): { readonly sink: string; readonly file: string } | { readonly sink: string; readonly host: string } {
    const { kind, place } = this.#options.sink;
    return kind === "webhook" || kind === "otlp" ? { sink: kind, host: place } : { sink: kind, file: place };
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopped.signal, ref: false }).catch(() => undefined);
  }
}
