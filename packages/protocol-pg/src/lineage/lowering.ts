import type { Expression, Query, Range, Write } from "@sallyport/shared/lineage/relational";
import type { TreeNode } from "../statements/tree.ts";

/** Parts of a statement deeper than this are not followed: whoever resolves them later has no endless stack. */
const MAX_DEPTH = 400;

/** What the parts of the lowering need of one another. */
export interface Lowering {
  expression(value: unknown): Expression;
  query(select: TreeNode): Query;
  /** SELECT or a statement that writes, tagged. */
  anyQuery(value: unknown): Query | undefined;
  write(tag: string, node: TreeNode): Write | undefined;
  range(value: unknown): Range;
}

/** Counts how deep the lowering has gone. */
export class Depth {
  #depth = 0;

  get isTooDeep(): boolean {
    return this.#depth > MAX_DEPTH;
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
