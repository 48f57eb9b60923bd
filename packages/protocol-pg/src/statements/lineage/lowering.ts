import type { Expression, Query, Range, Write } from "@sallyport/shared/lineage/relational";
import type { TreeNode } from "../tree.ts";

/** Parts of a statement deeper than this are not followed: whoever resolves them later has no endless stack. */
const MAX_DEPTH = 400;

/** Nor is more of one text, without the values that it spells out: all of it is resolved and decided at once. */
const MAX_EXPRESSIONS = 5_000;

/** What a statement costs besides its expressions, in expressions. */
const STATEMENT = 10;

/** What the parts of the lowering need of one another. */
export interface Lowering {
  expression(value: unknown): Expression;
  query(select: TreeNode): Query;
  /** SELECT or a statement that writes, tagged. */
  anyQuery(value: unknown): Query | undefined;
  write(tag: string, node: TreeNode): Write | undefined;
  range(value: unknown): Range;
}

/** Counts how deep the lowering of a text has gone, and how much it has made. */
export class Extent {
  #depth = 0;
  #expressions = 0;
  readonly #taken = new Set<TreeNode>();

  get isTooDeep(): boolean {
    return this.#depth > MAX_DEPTH;
  }

  get isTooLong(): boolean {
    return this.#expressions > MAX_EXPRESSIONS;
  }

  /** The next statement begins, which calls that many different names. What was taken of the one before is none of its own. */
  begin(called: number): void {
    this.#taken.clear();
    this.#expressions += STATEMENT + called;
  }

  /** How much was made, in expressions. */
  get made(): number {
    return this.#expressions;
  }

  count(): void {
    this.#expressions++;
  }

  /** This part of the tree is lowered. */
  take(node: TreeNode): void {
    this.#taken.add(node);
  }

  hasAll(nodes: readonly TreeNode[]): boolean {
    return nodes.every((node) => this.#taken.has(node));
  }

  within<T>(work: () => T): T {
    this.#depth++;
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }
}
