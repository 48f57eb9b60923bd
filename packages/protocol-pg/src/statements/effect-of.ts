import { copyFormOf } from "./copy-form-of.ts";
import type { Findings } from "./findings.ts";
import type { PgStatement } from "./read-text.ts";
import type { SqlEffect } from "./read-text.ts";
import { textOf, type TreeNode } from "./tree.ts";

const none: SqlEffect = { kind: "none" };

/** The bit of DECLARE's options that means WITH HOLD; 14 put ASENSITIVE in its old place. */
const HOLD_13 = 0x10;
const HOLD = 0x20;

const transactionEnds: Readonly<Record<string, SqlEffect>> = {
  TRANS_STMT_COMMIT: { kind: "end-transaction", how: "commit" },
  TRANS_STMT_ROLLBACK: { kind: "end-transaction", how: "rollback" },
  TRANS_STMT_ROLLBACK_TO: { kind: "end-transaction", how: "rollback-to" },
  TRANS_STMT_PREPARE: { kind: "end-transaction", how: "prepare" },
};

/** What is known about the statement besides its own node. */
export interface EffectContext {
  readonly found: Findings;
  readonly major: number;
  readInner(query: unknown): PgStatement;
}

/** What a statement does to prepared statements and portals. Only the outermost kind counts: nothing nested touches a name, except EXECUTE. */
export function effectOf(tag: string, node: TreeNode, context: EffectContext): SqlEffect {
  const executed = context.found.executed;
  if (executed !== undefined) return { kind: "execute", name: executed, otherVerbs: context.found.verbs };
  return effects[tag]?.(node, context) ?? none;
}

const effects: Readonly<Record<string, (node: TreeNode, context: EffectContext) => SqlEffect>> = {
  PrepareStmt: (node, context) => ({
    kind: "prepare",
    name: textOf(node["name"]) ?? "",
    statement: context.readInner(node["query"]),
  }),
  DeallocateStmt: (node) => ({ kind: "deallocate", name: textOf(node["name"]) }),
  DeclareCursorStmt: (node, { major }) => {
    const options = typeof node["options"] === "number" ? node["options"] : 0;
    const hold = (options & (major < 14 ? HOLD_13 : HOLD)) !== 0;
    return { kind: "declare", name: textOf(node["portalname"]) ?? "", hold };
  },
  FetchStmt: (node) => ({ kind: "fetch", name: textOf(node["portalname"]) ?? "" }),
  ClosePortalStmt: (node) => ({ kind: "close-cursor", name: textOf(node["portalname"]) }),
  DiscardStmt: (node) => (node["target"] === "DISCARD_ALL" ? { kind: "discard" } : none),
  CopyStmt: (node) => {
    if (node["filename"] !== undefined || node["is_program"] === true) return none;
    return node["is_from"] === true ? { kind: "copy-in" } : { kind: "copy-out", form: copyFormOf(node["options"]) };
  },
  TransactionStmt: (node) => transactionEnds[textOf(node["kind"]) ?? ""] ?? none,
};
