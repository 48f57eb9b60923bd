import type { Expression, Query, Range, Write } from "@sallyport/shared/lineage/relational";
import type { TreeNode } from "../tree.ts";

/** Parts of a statement deeper than this are not followed: whoever resolves them later has no endless stack. */
const MAX_DEPTH = 400;

/** Nor are longer statements, without the values that they spell out. */
const MAX_EXPRESSIONS = 5_000;

/** What the parts of the lowering need of one another. */
export interface Lowering {
  expression(value: unknown): Expression;
  query(select: TreeNode): Query;
  /** SELECT or a statement that writes, tagged. */
  anyQuery(value: unknown): Query | undefined;
  write(tag: string, node: TreeNode): Write | undefined;
  range(value: unknown): Range;
}

/** Counts how deep the lowering has gone, and how much it has made. */
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
