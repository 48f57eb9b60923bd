import type { Verb } from "@sallyport/shared/verb";
import type { Findings } from "../findings.ts";
import type { StatementRules } from "../statement-rule.ts";
import { isTreeNode, listOf, nodeOf, textOf, type TreeNode } from "../tree.ts";

/**
 * Statements about rows. UPDATE and DELETE are only that while they look at nothing but the rows they change; `read` is
 * added where they give rows back (RETURNING), join others (FROM, USING) or hold a sub-select (found as a statement of its own).
 */
export const dataRules: StatementRules = {
  SelectStmt(node, found) {
    if (found.isReading(node)) found.add("read");
    if (node["intoClause"] !== undefined) found.add("create");
  },
  InsertStmt(node, found) {
    found.add("insert");
    addReadOfReturning(node, found);
    addPowerOverCatalog(node["relation"], found);
    if (isTreeNode(node["onConflictClause"])) addConflictAction(node["onConflictClause"], found);
    const select = nodeOf("SelectStmt", node["selectStmt"]);
    if (select?.["valuesLists"] !== undefined) found.markNotReading(select);
  },
  UpdateStmt(node, found) {
    found.add("update");
    addReadOfReturning(node, found);
    addPowerOverCatalog(node["relation"], found);
    if (node["fromClause"] !== undefined) found.add("read");
  },
  DeleteStmt(node, found) {
    found.add("delete");
    addReadOfReturning(node, found);
    addPowerOverCatalog(node["relation"], found);
    if (node["usingClause"] !== undefined) found.add("read");
  },
  /** Its source is always read. */
  MergeStmt(node, found) {
    found.add("merge", "read");
    addPowerOverCatalog(node["relation"], found);
    for (const item of listOf(node["mergeWhenClauses"])) {
      const action = nodeOf("MergeWhenClause", item)?.["commandType"];
      const verb = typeof action === "string" ? mergeActions[action] : undefined;
      if (verb === undefined) found.refuse("The gateway does not know this action of MERGE.");
      else if (verb !== "nothing") found.add(verb);
    }
  },
  TruncateStmt(node, found) {
    found.add("truncate");
    for (const relation of listOf(node["relations"])) addPowerOverCatalog(nodeOf("RangeVar", relation), found);
  },
  /** A file or a program of the server's host is out of any table's privileges, hence `admin`. */
  CopyStmt(node, found) {
    if (node["is_from"] === true) {
      found.add("copy-in", "insert");
      addPowerOverCatalog(node["relation"], found);
    } else {
      found.add("copy-out");
      if (node["query"] === undefined) found.add("read");
    }
    if (node["filename"] !== undefined || node["is_program"] === true) found.add("admin");
  },
  /** The view's query runs, and its rows replace what is there. */
  RefreshMatViewStmt: ["update", "read"],
  LockStmt: ["lock"],
  CallStmt: ["call"],
  /** Arbitrary code that is not looked into. */
  DoStmt: ["call", "admin"],
  /** In the body of a function. */
  ReturnStmt: [],
};

const mergeActions: Readonly<Record<string, Verb | "nothing">> = {
  CMD_INSERT: "insert",
  CMD_UPDATE: "update",
  CMD_DELETE: "delete",
  CMD_NOTHING: "nothing",
};

function addConflictAction(clause: TreeNode, found: Findings): void {
  const action = clause["action"];
  if (action === "ONCONFLICT_UPDATE") found.add("update");
  else if (action !== "ONCONFLICT_NOTHING") found.refuse("The gateway does not know this action of ON CONFLICT.");
}

/** A list up to 17, a clause with options from 18 on. */
function addReadOfReturning(node: TreeNode, found: Findings): void {
  if (node["returningList"] !== undefined || node["returningClause"] !== undefined) found.add("read");
}

/**
 * A write to a system catalog is administration by other means. `pg_settings` is worse: a rule of the server's turns its
 * UPDATE into set_config() for names that the text need not hold.
 */
function addPowerOverCatalog(relation: unknown, found: Findings): void {
  if (!isTreeNode(relation)) return;
  const schema = textOf(relation["schemaname"]);
  const name = textOf(relation["relname"]) ?? "";
  if (schema !== undefined && schema !== "pg_catalog") return;
  if (!name.startsWith("pg_") && schema === undefined) return;
  found.add("admin");
  if (name === "pg_settings") found.refuse("Settings are changed with SET, not through pg_settings.");
}
