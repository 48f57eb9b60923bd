interface Pending<T> {
  readonly order: number;
  readonly segment: number;
  readonly value: T | undefined;
}

/** What a name stands for: something the gateway knows, nothing, or not decided until the server has answered. */
export type Resolved<T> = { readonly kind: "known"; readonly value: T } | { readonly kind: "missing" } | { readonly kind: "unsettled" };

const MISSING = { kind: "missing" } as const;
const UNSETTLED = { kind: "unsettled" } as const;

/**
 * The server's names for prepared statements or portals, as they stand once every message sent so far was carried out.
 * A change counts for sure only when the server has confirmed it. Within one segment (up to a Sync) it may be relied on
 * before that: if it fails, the server skips the rest of the segment. A name that an earlier, unanswered segment
 * changes is unsettled: whoever asks must wait for the server.
 */
export class NameTable<T> {
  readonly #confirmed = new Map<string, T>();
  readonly #pending = new Map<string, Pending<T>[]>();
  readonly #pendingClears: Pending<T>[] = [];
  #order = 0;

  get size(): number {
    return this.#confirmed.size + this.#pending.size;
  }

  resolve(name: string, segment: number): Resolved<T> {
    const change = this.#pending.get(name)?.at(-1);
    const clear = this.#pendingClears.at(-1);
    const latest = change !== undefined && (clear === undefined || change.order > clear.order) ? change : clear;
    if (latest !== undefined) {
      if (latest.segment !== segment) return UNSETTLED;
      return latest.value === undefined ? MISSING : { kind: "known", value: latest.value };
    }
    const value = this.#confirmed.get(name);
    return value === undefined ? MISSING : { kind: "known", value };
  }

  /** A message that will define the name, or drop it (undefined), was sent. */
  expect(name: string, value: T | undefined, segment: number): void {
    const change = { order: this.#order++, segment, value };
    const changes = this.#pending.get(name);
    if (changes === undefined) this.#pending.set(name, [change]);
    else changes.push(change);
  }

  /** A message that will drop every name was sent. */
  expectClear(segment: number): void {
    this.#pendingClears.push({ order: this.#order++, segment, value: undefined });
  }

  /** The server answered the oldest open change of the name: it was carried out, or it was not. */
  settle(name: string, carriedOut: boolean): void {
    const changes = this.#pending.get(name);
    const change = changes?.shift();
    if (changes === undefined || change === undefined) return;
    if (changes.length === 0) this.#pending.delete(name);
    if (!carriedOut) return;
    if (change.value === undefined) this.#confirmed.delete(name);
    else this.#confirmed.set(name, change.value);
  }

  settleClear(carriedOut: boolean, keep: (value: T) => boolean): void {
    this.#pendingClears.shift();
    if (carriedOut) this.dropConfirmed(keep);
  }

  /** The server dropped all confirmed names by itself, but for those to keep. */
  dropConfirmed(keep: (value: T) => boolean): void {
    for (const [name, value] of this.#confirmed) if (!keep(value)) this.#confirmed.delete(name);
  }
}
