import type { Verb } from "@sallyport/shared/verb";
import type { Findings } from "./findings.ts";
import type { TreeNode } from "./tree.ts";

/** The verbs of a kind of statement, or how to find them. What it contains is visited besides. */
export type StatementRule = readonly Verb[] | ((node: TreeNode, found: Findings, nested: boolean) => void);

/** By the name of the node's kind in PostgreSQL's raw parse tree. */
export type StatementRules = Readonly<Record<string, StatementRule>>;
