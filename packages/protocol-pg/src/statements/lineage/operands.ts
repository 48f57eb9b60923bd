import { isList, isTreeNode } from "../tree.ts";
import type { TreeNode } from "../tree.ts";

/** Nodes that are no values themselves but may hold some. */
const containers: ReadonlySet<string> = new Set([
  "JsonKeyValue",
  "JsonOutput",
  "JsonFormat",
  "JsonReturning",
  "JsonBehavior",
  "JsonArgument",
  "JsonAggConstructor",
  "JsonTablePathSpec",
  "ResTarget",
  "SortBy",
  "WindowDef",
  "IndexElem",
]);

/** Nodes that hold no value. */
const plain: ReadonlySet<string> = new Set(["String", "Integer", "Float", "Boolean", "BitString", "TypeName"]);

/** All values in a node, each as it stands in the tree: for kinds of which only that counts. Unknown kinds among them are found unknown later. */
export function operandsOf(node: TreeNode): readonly unknown[] {
  const found: unknown[] = [];
  const look = (value: unknown): void => {
    if (isList(value)) {
      for (const item of value) look(item);
      return;
    }
    if (!isTreeNode(value)) return;
    for (const field in value) {
      const child = value[field];
      if (!isTag(field)) look(child);
      else if (containers.has(field)) look(child);
      else if (!plain.has(field)) found.push(value);
    }
  };
  for (const field in node) if (field !== "typeName") look(node[field]);
  return found;
}

function isTag(field: string): boolean {
  const first = field.charCodeAt(0);
  return first >= 65 && first <= 90;
}
