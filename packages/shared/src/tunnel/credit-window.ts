/** What each side may send on a new channel before it is given more. */
export const INITIAL_CREDIT_BYTES = 256 * 1024;

/** As far as a window grows. It keeps a link of 20 ms busy at 200 MB/s. */
export const MAX_CREDIT_BYTES = 4 * 1024 * 1024;

/** Bound of what the windows of all channels of a tunnel may grow by, beyond what each begins with. */
export const MAX_GROWTH_BYTES = 64 * 1024 * 1024;

/** The growth that the channels of one tunnel share. */
export class GrowthBudget {
  #left: number;

  constructor(bytes = MAX_GROWTH_BYTES) {
    this.#left = bytes;
  }

  /** Takes as much of `bytes` as there is left. */
  take(bytes: number): number {
    const taken = Math.min(bytes, this.#left);
    this.#left -= taken;
    return taken;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

/** The receiving side's account of one flow: what the peer may still send, and when it is given more. */
export class CreditWindow {
  readonly #budget: GrowthBudget;
  #size = INITIAL_CREDIT_BYTES;
  #outstanding = INITIAL_CREDIT_BYTES;
  #taken = 0;

  constructor(budget: GrowthBudget) {
    this.#budget = budget;
  }

  /** Counts what arrived; false where the peer sent more than it was allowed to. */
  receive(bytes: number): boolean {
    if (bytes > this.#outstanding) return false;
    this.#outstanding -= bytes;
    return true;
  }

  /** Counts what the reader took. Returns the credit to send now: nothing until half of the window is used up. */
  take(bytes: number): number {
    this.#taken += bytes;
    if (this.#taken * 2 < this.#size) return 0;
    const credit = this.#taken;
    this.#taken = 0;
    this.#outstanding += credit;
    return credit;
  }

  /** Doubles the window, for a peer that had to wait while the reader had nothing left to read. Returns the credit to send. */
  grow(): number {
    const credit = this.#budget.take(Math.min(this.#size, MAX_CREDIT_BYTES - this.#size));
    this.#size += credit;
    this.#outstanding += credit;
    return credit;
  }

  /** Gives the growth back to the other channels, once this one is gone. */
  release(): void {
    this.#budget.giveBack(this.#size - INITIAL_CREDIT_BYTES);
    this.#size = INITIAL_CREDIT_BYTES;
  }
}
