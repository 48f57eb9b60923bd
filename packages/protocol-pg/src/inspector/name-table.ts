interface Pending<T> {
  readonly segment: number;
  readonly value: T;
}

/** What a name stands for: something the gateway knows, nothing it ever saw defined, or not decided until the server has answered. */
export type Resolved<T> =
  | { readonly kind: "known"; readonly value: T }
  | { readonly kind: "missing" }
  | { readonly kind: "unsettled" };

/** How values are kept. */
export interface NameTableOptions<T> {
  /** What a value takes of memory, in bytes. */
  readonly weigh: (value: T) => number;
  /** What is kept of a value that the same segment defines anew; left out: all of it. */
  readonly superseded?: (value: T) => T;
}

const MISSING = { kind: "missing" } as const;
const UNSETTLED = { kind: "unsettled" } as const;

/**
 * The server's names for prepared statements or portals: what each stands for, if it stands for anything. A name that is
 * gone may stay for a while, since the server itself fails on it; what must never happen is that one stands for something else.
 * So a definition counts only once the server has confirmed it. Within one segment (up to a Sync) it may be relied on
 * before that: if it fails, the server skips the rest of the segment. A name that an earlier, unanswered segment
 * defines is unsettled: whoever asks must wait for the server.
 */
export class NameTable<T> {
  readonly #options: NameTableOptions<T>;
  readonly #confirmed = new Map<string, T>();
  readonly #pending = new Map<string, Pending<T>[]>();
  #weight = 0;

  constructor(options: NameTableOptions<T>) {
    this.#options = options;
  }

  /** Of everything that is kept. */
  get weight(): number {
    return this.#weight;
  }

  get size(): number {
    return this.#confirmed.size + this.#pending.size;
  }

  has(name: string): boolean {
    return this.#confirmed.has(name) || this.#pending.has(name);
  }

  resolve(name: string, segment: number): Resolved<T> {
    const pending = this.#pending.get(name)?.at(-1);
    if (pending !== undefined) return pending.segment === segment ? { kind: "known", value: pending.value } : UNSETTLED;
    const value = this.#confirmed.get(name);
    return value === undefined ? MISSING : { kind: "known", value };
  }

  /** A message that will define the name was sent. */
  expect(name: string, value: T, segment: number): void {
    const { weigh, superseded } = this.#options;
    const definitions = this.#pending.get(name) ?? [];
    const last = definitions.at(-1);
    if (superseded !== undefined && last?.segment === segment) {
      const kept = superseded(last.value);
      this.#weight += weigh(kept) - weigh(last.value);
      definitions[definitions.length - 1] = { segment, value: kept };
    }
    this.#weight += weigh(value);
    definitions.push({ segment, value });
    this.#pending.set(name, definitions);
  }

  /** The server answered the oldest open definition of the name: it was carried out, or it was not. */
  settle(name: string, carriedOut: boolean): void {
    const definitions = this.#pending.get(name);
    const definition = definitions?.shift();
    if (definitions === undefined || definition === undefined) return;
    if (definitions.length === 0) this.#pending.delete(name);
    if (carriedOut) {
      this.drop(name);
      this.#confirmed.set(name, definition.value);
    } else {
      this.#weight -= this.#options.weigh(definition.value);
    }
  }

  /** The server dropped the name. */
  drop(name: string): void {
    const value = this.#confirmed.get(name);
    if (value === undefined) return;
    this.#weight -= this.#options.weigh(value);
    this.#confirmed.delete(name);
  }

  /** The server dropped all names, but for those to keep. */
  dropAll(keep: (value: T, name: string) => boolean = () => false): void {
    for (const [name, value] of this.#confirmed) if (!keep(value, name)) this.drop(name);
  }
}
