/** How many failures one key may have, and how long a full budget takes to come back. */
export interface BudgetLimit {
  readonly failures: number;
  readonly perMs: number;
}

interface Level {
  used: number;
  at: number;
}

/**
 * A leaky budget for each of at most `maxKeys` keys. Levels drain by arithmetic when they are looked at, so there are no
 * timers; with more keys than that the one longest untouched is forgotten.
 */
export class LeakyBudgets {
  readonly #limit: BudgetLimit;
  readonly #maxKeys: number;
  readonly #now: () => number;
  readonly #levels = new Map<string, Level>();

  constructor(limit: BudgetLimit, maxKeys: number, now: () => number) {
    this.#limit = limit;
    this.#maxKeys = maxKeys;
    this.#now = now;
  }

  get size(): number {
    return this.#levels.size;
  }

  isSpent(key: string): boolean {
    return this.#drained(key) > this.#limit.failures - 1;
  }

  charge(key: string): void {
    // never above the limit, so that failures counted late do not lengthen the wait
    const used = Math.min(this.#drained(key) + 1, this.#limit.failures);
    this.#levels.delete(key);
    this.#levels.set(key, { used, at: this.#now() });
    if (this.#levels.size > this.#maxKeys) this.#forgetOldest();
  }

  clear(key: string): void {
    this.#levels.delete(key);
  }

  #drained(key: string): number {
    const level = this.#levels.get(key);
    if (level === undefined) return 0;
    // a clock set back must not fill the budget
    const elapsed = Math.max(0, this.#now() - level.at);
    const used = level.used - (elapsed * this.#limit.failures) / this.#limit.perMs;
    if (used > 0) return used;
    this.#levels.delete(key);
    return 0;
  }

  #forgetOldest(): void {
    const oldest = this.#levels.keys().next();
    if (oldest.done !== true) this.#levels.delete(oldest.value);
  }
}
