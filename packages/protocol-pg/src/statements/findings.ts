import type { MeaningSetting } from "./read-text.ts";
import { verbs, type Verb } from "@sallyport/shared/verb";
import type { TreeNode } from "./tree.ts";

/** What is gathered about one statement while its tree is walked. */
export class Findings {
  readonly #verbs = new Set<Verb>();
  readonly #executed = new Set<string>();
  readonly #notReading = new Set<TreeNode>();
  #unknownBecause: string | undefined;
  #liftsReadOnly = false;
  #steersPlans = false;
  readonly #meaningSettings: MeaningSetting[] = [];

  add(...found: readonly Verb[]): void {
    for (const verb of found) this.#verbs.add(verb);
  }

  /** Makes the statement one that no policy allows. The first reason is the one that is told. */
  refuse(because: string): void {
    this.#unknownBecause ??= because;
    this.#verbs.add("unknown");
  }

  /** It would let a session write that began as one that may only read. */
  liftReadOnly(): void {
    this.#liftsReadOnly = true;
  }

  /** It changes a setting by which queries are carried out otherwise. */
  steerPlans(): void {
    this.#steersPlans = true;
  }

  /** It changes a setting by which names mean something else. */
  changeMeaning(setting: MeaningSetting): void {
    this.#meaningSettings.push(setting);
  }

  execute(name: string): void {
    if (this.#executed.size > 0 && !this.#executed.has(name))
      this.refuse("It executes more than one prepared statement.");
    this.#executed.add(name);
  }

  /** For the VALUES of an INSERT: in the tree it is a SELECT, but it reads nothing. */
  markNotReading(select: TreeNode): void {
    this.#notReading.add(select);
  }

  isReading(select: TreeNode): boolean {
    return !this.#notReading.has(select);
  }

  get executed(): string | undefined {
    const [name] = this.#executed;
    return name;
  }

  get meaningSettings(): readonly MeaningSetting[] {
    return this.#meaningSettings;
  }

  get liftsReadOnly(): boolean {
    return this.#liftsReadOnly;
  }

  get steersPlans(): boolean {
    return this.#steersPlans;
  }

  get unknownBecause(): string | undefined {
    return this.#unknownBecause;
  }

  /** In the vocabulary's own order, so that equal sets are equal lists. */
  get verbs(): readonly Verb[] {
    return verbs.filter((verb) => this.#verbs.has(verb));
  }
}
