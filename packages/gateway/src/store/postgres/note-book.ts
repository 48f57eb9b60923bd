import { setTimeout as delay } from "node:timers/promises";
import { GatewayError } from "@sallyport/shared/errors";

export interface NoteBookOptions<Note> {
  /** Writes them down, all or none. */
  readonly write: (notes: readonly Note[]) => Promise<void>;
  /** Called with what cannot be kept: it was refused, or there was too much of it. */
  readonly onLost: (notes: readonly Note[], reason: GatewayError) => void;
  /** A note that is this old and still not written may go where there is no room; undefined: it may not. */
  readonly mayGo: (note: Note) => boolean;
  readonly most?: number;
  readonly retryMs?: number;
}

const BATCH = 500;
const MOST = 20_000;
const RETRY_MS = 1_000;

/**
 * Notes that are written down soon, many at a time, without anybody who waits for it. Of one key only the newest is kept. While
 * the database is away they wait, as many as there is room for.
 */
export class NoteBook<Note> {
  readonly #options: NoteBookOptions<Note>;
  readonly #notes = new Map<string, Note>();
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: NoteBookOptions<Note>) {
    this.#options = options;
  }

  get size(): number {
    return this.#notes.size;
  }

  put(key: string, note: Note): void {
    if (this.#isClosed) return;
    this.#notes.delete(key);
    this.#notes.set(key, note);
    this.#makeRoom();
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when everything is written, or the time is over. */
  async close(withinMs: number): Promise<void> {
    this.#isClosed = true;
    const patience = new AbortController();
    const late = delay(withinMs, undefined, { signal: patience.signal, ref: false }).catch(() => undefined);
    await Promise.race([this.#writing, late]);
    patience.abort();
    this.#notes.clear();
  }

  async #writeAll(): Promise<void> {
    // what comes in the same turn goes in the same batch
    await Promise.resolve();
    try {
      while (this.#notes.size > 0) {
        const batch = [...this.#notes].slice(0, BATCH);
        const error = await this.#written(batch);
        if (error === undefined) this.#cross(batch);
        else if (!(await this.#bear(error, batch))) return;
      }
    } finally {
      // in the same turn as the last look: what comes behind it would find nobody writing, and wait for the next note
      this.#writing = undefined;
    }
  }

  async #written(batch: readonly (readonly [string, Note])[]): Promise<GatewayError | undefined> {
    try {
      await this.#options.write(batch.map(([, note]) => note));
      return undefined;
    } catch (reason) {
      return GatewayError.from(reason);
    }
  }

  /** Waits for the database to come back, or finds the note that it does not take. False: the book is closed. */
  async #bear(error: GatewayError, batch: readonly (readonly [string, Note])[]): Promise<boolean> {
    if (this.#isClosed) return false;
    if (error.code === "store/unavailable") {
      await delay(this.#options.retryMs ?? RETRY_MS, undefined, { ref: false });
      return true;
    }
    for (const entry of batch) {
      try {
        await this.#options.write([entry[1]]);
      } catch (reason) {
        const own = GatewayError.from(reason);
        if (own.code === "store/unavailable") return true;
        this.#options.onLost([entry[1]], own);
      }
      this.#cross([entry]);
    }
    return true;
  }

  /** Strikes out what was written, unless something newer has come in its place. */
  #cross(batch: readonly (readonly [string, Note])[]): void {
    for (const [key, note] of batch) if (this.#notes.get(key) === note) this.#notes.delete(key);
  }

  #makeRoom(): void {
    const most = this.#options.most ?? MOST;
    if (this.#notes.size <= most) return;
    for (const [key, note] of this.#notes) {
      if (!this.#options.mayGo(note)) continue;
      this.#notes.delete(key);
      this.#options.onLost([note], new GatewayError("store/unavailable", "too much waits for the gateway's database"));
      return;
    }
  }
}
