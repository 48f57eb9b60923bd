import type { StatementRules } from "../statement-rule.ts";
import { addSetting } from "../settings.ts";

/** Statements about the database or the server as a whole. All of them are `admin`, whatever else they are. */
export const serverRules: StatementRules = {
  CreatedbStmt: ["create", "admin"],
  AlterDatabaseStmt: ["alter", "admin"],
  AlterDatabaseRefreshCollStmt: ["alter", "admin"],
  AlterDatabaseSetStmt(node, found) {
    found.add("alter", "admin");
    addSetting(node["setstmt"], found);
  },
  DropdbStmt: ["drop", "admin"],
  AlterSystemStmt(node, found) {
    found.add("alter", "admin");
    addSetting(node["setstmt"], found);
  },

  CreateTableSpaceStmt: ["create", "admin"],
  AlterTableSpaceOptionsStmt: ["alter", "admin"],
  AlterTableMoveAllStmt: ["alter", "admin"],
  DropTableSpaceStmt: ["drop", "admin"],

  CreateExtensionStmt: ["create", "admin"],
  AlterExtensionStmt: ["alter", "admin"],
  AlterExtensionContentsStmt: ["alter", "admin"],
  CreatePLangStmt: ["create", "admin"],
  CreateAmStmt: ["create", "admin"],
  CreateTransformStmt: ["create", "admin"],
  CreateEventTrigStmt: ["create", "admin"],
  AlterEventTrigStmt: ["alter", "admin"],

  CreateFdwStmt: ["create", "admin"],
  AlterFdwStmt: ["alter", "admin"],
  CreateForeignServerStmt: ["create", "admin"],
  AlterForeignServerStmt: ["alter", "admin"],
  CreateUserMappingStmt: ["create", "admin"],
  AlterUserMappingStmt: ["alter", "admin"],
  DropUserMappingStmt: ["drop", "admin"],
  ImportForeignSchemaStmt: ["create", "admin"],

  CreatePublicationStmt: ["create", "admin"],
  AlterPublicationStmt: ["alter", "admin"],
  CreateSubscriptionStmt: ["create", "admin"],
  AlterSubscriptionStmt: ["alter", "admin"],
  DropSubscriptionStmt: ["drop", "admin"],

  VacuumStmt: ["admin"],
  ClusterStmt: ["admin"],
  ReindexStmt: ["admin"],
  CheckPointStmt: ["admin"],
  LoadStmt: ["admin"],
};
