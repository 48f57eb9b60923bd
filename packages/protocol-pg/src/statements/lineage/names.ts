import type { RelationName } from "@sallyport/shared/lineage/relational";
import { isTreeNode, listOf, stringOf, textOf } from "../tree.ts";

/** The names in a list of strings: columns, or the parts of a function's or type's name. */
export function namesIn(value: unknown): readonly string[] {
  return listOf(value)
    .map(stringOf)
    .filter((name) => name !== undefined);
}

/** The relation that a RangeVar names. */
export function relationName(rangeVar: unknown): RelationName | undefined {
  if (!isTreeNode(rangeVar)) return undefined;
  const name = textOf(rangeVar["relname"]);
  return name === undefined ? undefined : { schema: textOf(rangeVar["schemaname"]), name };
}

/** What a range is called, and its columns. */
export function aliasOf(alias: unknown): { readonly alias: string | undefined; readonly columns: readonly string[] } {
  if (!isTreeNode(alias)) return { alias: undefined, columns: [] };
  return { alias: textOf(alias["aliasname"]), columns: namesIn(alias["colnames"]) };
}
