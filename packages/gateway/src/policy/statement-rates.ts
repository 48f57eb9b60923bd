const PER_MS = 60_000;

interface Level {
  used: number;
  at: number;
}

/**
 * How many statements each key has run of late. What a key has used drains by arithmetic when it is looked at, so there are no timers;
 * with more keys than `maxKeys` the one longest untouched is forgotten.
 */
export class StatementRates {
  readonly #maxKeys: number;
  readonly #now: () => number;
  readonly #levels = new Map<string, Level>();

  constructor(maxKeys: number, now: () => number) {
    this.#maxKeys = maxKeys;
    this.#now = now;
  }

  get size(): number {
    return this.#levels.size;
  }

  /** Counts so many statements, all or none; false where they are more than may run in a minute. */
  take(key: string, statements: number, perMinute: number): boolean {
    const now = this.#now();
    const used = this.#drained(key, perMinute, now) + statements;
    if (used > perMinute) return false;
    this.#levels.delete(key);
    this.#levels.set(key, { used, at: now });
    if (this.#levels.size > this.#maxKeys) this.#forgetOldest();
    return true;
  }

  #drained(key: string, perMinute: number, now: number): number {
    const level = this.#levels.get(key);
    if (level === undefined) return 0;
    // a clock set back must not give more
    const elapsed = Math.max(0, now - level.at);
    return Math.max(0, level.used - (elapsed * perMinute) / PER_MS);
  }

  #forgetOldest(): void {
    const oldest = this.#levels.keys().next();
    if (oldest.done !== true) this.#levels.delete(oldest.value);
  }
}
