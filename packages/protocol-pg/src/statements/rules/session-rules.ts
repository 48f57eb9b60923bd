import type { StatementRules } from "../statement-rule.ts";
import { addSetting } from "../settings.ts";
import { textOf } from "../tree.ts";

/** Statements about the session, its transactions, prepared statements and cursors. */
export const sessionRules: StatementRules = {
  /** Nested it is an attribute of a function: the session stays as it is, but the setting is judged all the same. */
  VariableSetStmt(node, found, nested) {
    if (node["kind"] === "VAR_SET_MULTI") {
      found.add(textOf(node["name"])?.startsWith("TRANSACTION") === true ? "transaction" : "session");
      return;
    }
    if (!nested) found.add("session");
    addSetting(node, found);
  },
  VariableShowStmt: ["session"],
  DiscardStmt: ["session"],
  TransactionStmt: ["transaction"],
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
