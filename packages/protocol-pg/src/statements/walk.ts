import type { Findings } from "./findings.ts";
import { partRules } from "./part-rules.ts";
import { statementRules } from "./statement-rules.ts";
import { isTreeNode, type TreeNode } from "./tree.ts";

/** Fields whose node has no tag in the tree but means something by itself. */
const untaggedFields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  SelectStmt: { larg: "SelectStmt", rarg: "SelectStmt" },
  CallStmt: { funccall: "FuncCall" },
  AlterDefaultPrivilegesStmt: { action: "GrantStmt" },
  CreateForeignTableStmt: { base: "CreateStmt" },
};

/**
 * Gathers what a statement does from its whole tree: data-modifying CTEs, arms of set operations, bodies and function
 * calls count wherever they stand. It keeps its own stack, because a tree may be deeper than the thread's.
 */
export function walk(tag: string, root: TreeNode, found: Findings): void {
  const tags: string[] = [];
  const nodes: object[] = [];
  const enter = (entered: string, node: TreeNode, nested: boolean): void => {
    applyRule(entered, node, found, nested);
    tags.push(entered);
    nodes.push(node);
  };
  enter(tag, root, false);
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const parent = tags.pop() ?? "";
    if (Array.isArray(node)) {
      for (const item of node) {
        if (typeof item !== "object" || item === null) continue;
        tags.push("");
        nodes.push(item);
      }
      continue;
    }
    const untagged = untaggedFields[parent];
    for (const [field, value] of Object.entries(node)) {
      if (typeof value !== "object" || value === null) continue;
      const childTag = isTag(field) ? field : untagged?.[field];
      if (childTag !== undefined && isTreeNode(value)) {
        enter(childTag, value, true);
      } else {
        tags.push("");
        nodes.push(value);
      }
    }
  }
}

/** Kinds of nodes begin with a capital, fields do not. */
function isTag(field: string): boolean {
  const first = field.charCodeAt(0);
  return first >= 65 && first <= 90;
}

function applyRule(tag: string, node: TreeNode, found: Findings, nested: boolean): void {
  if (!tag.endsWith("Stmt")) {
    partRules[tag]?.(node, found);
    return;
  }
  const rule = statementRules[tag];
  if (rule === undefined) found.refuse(`The gateway does not know this kind of statement (${tag}).`);
  else if (typeof rule === "function") rule(node, found, nested);
  else found.add(...rule);
}
