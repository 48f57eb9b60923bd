import type { StatementRules } from "../statement-rule.ts";
import { addSetting, addTransactionModes } from "../settings.ts";
import { textOf } from "../tree.ts";

const twoPhase: ReadonlySet<unknown> = new Set([
  "TRANS_STMT_PREPARE",
  "TRANS_STMT_COMMIT_PREPARED",
  "TRANS_STMT_ROLLBACK_PREPARED",
]);

/** Statements about the session, its transactions, prepared statements and cursors. */
export const sessionRules: StatementRules = {
  /** Nested it is an attribute of a function: the session stays as it is, but the setting is judged all the same. */
  VariableSetStmt(node, found, nested) {
    if (node["kind"] === "VAR_SET_MULTI") {
      addTransactionModes(node["args"], found);
      found.add(textOf(node["name"])?.startsWith("TRANSACTION") === true ? "transaction" : "session");
      return;
    }
    if (!nested) found.add("session");
    addSetting(node, found);
  },
  VariableShowStmt: ["session"],
  DiscardStmt: ["session"],
  /** A prepared transaction outlives its session, and whoever has the server's role may end it: all principals have the agent's. */
  TransactionStmt(node, found) {
    found.add("transaction");
    addTransactionModes(node["options"], found);
    if (twoPhase.has(node["kind"])) found.add("admin");
  },
  ConstraintsSetStmt: ["transaction"],
  ListenStmt: ["listen"],
  UnlistenStmt: ["listen"],
  NotifyStmt: ["notify"],

  /** What it explains is visited besides: planning alone can run functions, and ANALYZE runs the statement. */
  ExplainStmt: ["explain"],
  PrepareStmt: ["session"],
  ExecuteStmt: (node, found) => found.execute(textOf(node["name"]) ?? ""),
  DeallocateStmt: ["session"],
  /** Its query is visited as a statement of its own. */
  DeclareCursorStmt: [],
  FetchStmt: ["read"],
  ClosePortalStmt: ["session"],
};
