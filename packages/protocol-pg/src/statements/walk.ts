import { gathered, type CallGatherer } from "./lineage/gather-calls.ts";
import type { Findings } from "./findings.ts";
import { partRules } from "./part-rules.ts";
import { statementRules } from "./statement-rules.ts";
import { isList, isTreeNode, type TreeNode } from "./tree.ts";

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
export function walk(tag: string, root: TreeNode, found: Findings, called: CallGatherer): void {
  const tags: string[] = [];
  const nodes: (TreeNode | readonly unknown[])[] = [];
  const enter = (value: unknown, childTag: string): void => {
    if (isTreeNode(value)) {
      if (childTag !== "") {
        const { rule, isGathered } = kindOf(childTag);
        rule?.(value, found, value !== root);
        if (isGathered) called.visit(childTag, value);
      }
    } else if (!isList(value)) {
      return;
    }
    tags.push(childTag);
    nodes.push(value);
  };
  const open = (node: TreeNode, parent: string): void => {
    const untagged = parent === "" ? undefined : untaggedFields[parent];
    for (const field in node) {
      const value = node[field];
      // most fields are names and numbers
      if (typeof value === "object") enter(value, tagOf(field, untagged));
    }
  };
  enter(root, tag);
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const parent = tags.pop() ?? "";
    if (!isList(node)) open(node, parent);
    else {
      for (const item of node) {
        // mostly it holds a node with its tag, and nothing else
        if (isTreeNode(item)) open(item, "");
        else enter(item, "");
      }
    }
  }
}

function tagOf(field: string, untagged: Readonly<Record<string, string>> | undefined): string {
  if (isTag(field)) return field;
  // whatever has a type
  if (field === "typeName" || field === "returnType" || field === "argType") return "TypeName";
  return untagged?.[field] ?? "";
}

/** Kinds of nodes begin with a capital, fields do not. */
function isTag(field: string): boolean {
  const first = field.charCodeAt(0);
  return first >= 65 && first <= 90;
}

/** What is done with all nodes of one kind. */
interface Kind {
  readonly rule: ((node: TreeNode, found: Findings, nested: boolean) => void) | undefined;
  readonly isGathered: boolean;
}

/** A tree has many nodes of few kinds. Their names are the grammar's, so that there is an end to them. */
const kinds = new Map<string, Kind>();

function kindOf(tag: string): Kind {
  let kind = kinds.get(tag);
  if (kind === undefined) {
    kind = { rule: ruleOf(tag), isGathered: gathered.has(tag) };
    kinds.set(tag, kind);
  }
  return kind;
}

function ruleOf(tag: string): Kind["rule"] {
  if (!tag.endsWith("Stmt")) return partRules[tag];
  const rule = statementRules[tag];
  if (typeof rule === "function") return rule;
  if (rule !== undefined) return (_node, found) => found.add(...rule);
  return (_node, found) => found.refuse(`The gateway does not know this kind of statement (${tag}).`);
}
