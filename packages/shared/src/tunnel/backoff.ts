const FIRST_MS = 500;
const CAP_MS = 30_000;
const STABLE_AFTER_MS = 60_000;

/** How long to wait before each attempt: anything up to a limit that doubles with every failure ("full jitter"), so that agents do not all come back at once. */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** The wait after an attempt that stayed online for so long; 0 where it never was. */
  nextMs(onlineMs: number): number {
    if (onlineMs >= STABLE_AFTER_MS) this.#failures = 0;
    const limit = Math.min(CAP_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    return Math.round(this.#random() * limit);
  }
}
