import type { StatementRules } from "../statement-rule.ts";
import { addSetting } from "../settings.ts";
import { listOf, nodeOf, type TreeNode } from "../tree.ts";

/** Statements about roles and privileges. */
export const accessRules: StatementRules = {
  GrantStmt: (node, found) => found.add(node["is_grant"] === true ? "grant" : "revoke"),
  GrantRoleStmt: (node, found) => found.add(node["is_grant"] === true ? "grant" : "revoke"),
  /** The GRANT or REVOKE in it is visited as a statement of its own. */
  AlterDefaultPrivilegesStmt: ["alter"],

  CreateRoleStmt(node, found) {
    found.add("create", "admin");
    if (namesMembers(node)) found.add("grant");
  },
  /** ALTER GROUP … ADD and DROP USER come as options, with an action of 1 or -1. */
  AlterRoleStmt(node, found) {
    found.add("alter", "admin");
    if (namesMembers(node)) found.add(node["action"] === -1 ? "revoke" : "grant");
  },
  AlterRoleSetStmt(node, found) {
    found.add("alter", "admin");
    addSetting(node["setstmt"], found);
  },
  DropRoleStmt: ["drop", "admin"],
  /** Takes privileges away besides objects. */
  DropOwnedStmt: ["drop", "revoke", "admin"],
  ReassignOwnedStmt: ["alter", "admin"],
  SecLabelStmt: ["alter", "admin"],
};

const memberOptions: ReadonlySet<unknown> = new Set(["addroleto", "rolemembers", "adminmembers"]);

function namesMembers(node: TreeNode): boolean {
  return listOf(node["options"]).some((option) => memberOptions.has(nodeOf("DefElem", option)?.["defname"]));
}
