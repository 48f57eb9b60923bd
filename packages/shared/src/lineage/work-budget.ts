/** What resolving one statement may cost, in expressions, columns and sources looked at: no statement that somebody means comes near it. */
const MAX_WORK = 60_000;

/** A statement costs more than it may. */
export class TooMuchWork extends Error {}

/** Keeps a statement that was made to be costly from holding up all sessions. */
export class WorkBudget {
  #left = MAX_WORK;

  spend(work: number): void {
    this.#left -= work;
    if (this.#left < 0) throw new TooMuchWork();
  }
}
