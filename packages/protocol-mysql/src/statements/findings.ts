import { verbs, type Verb } from "@sallyport/shared/verb";
import type { SqlEffect } from "./mysql-statement.ts";

/** What is gathered about one statement. */
export class Findings {
  readonly #verbs = new Set<Verb>();
  #unknownBecause: string | undefined;
  #effect: SqlEffect = { kind: "none" };
  /** Whether it is a query that leaves nothing behind in the session, so that a cursor may be opened for it. */
  isPlainQuery = false;

  add(...found: readonly Verb[]): void {
    for (const verb of found) this.#verbs.add(verb);
  }

  /** Makes the statement one that no policy allows. The first reason is the one that is told. */
  refuse(because: string): void {
    this.#unknownBecause ??= because;
    this.#verbs.add("unknown");
  }

  /** A statement has one effect at most: a second one means that it holds another statement with an effect of its own. */
  cause(effect: SqlEffect): void {
    if (this.#effect.kind === "none") this.#effect = effect;
    else this.refuse("It does two things to the session at once.");
  }

  get effect(): SqlEffect {
    return this.#unknownBecause === undefined ? this.#effect : { kind: "none" };
  }

  get unknownBecause(): string | undefined {
    return this.#unknownBecause;
  }

  /** In the vocabulary's own order, so that equal sets are equal lists. */
  get verbs(): readonly Verb[] {
    return verbs.filter((verb) => this.#verbs.has(verb));
  }
}
