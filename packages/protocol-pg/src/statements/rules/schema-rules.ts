import type { Verb } from "@sallyport/shared/verb";
import type { StatementRule, StatementRules } from "../statement-rule.ts";
import { isAdminObject } from "./admin-objects.ts";
import { listOf, nodeOf } from "../tree.ts";

/** Statements about what a schema holds: tables, views, functions, types and the like. */
export const schemaRules: StatementRules = {
  CreateSchemaStmt: ["create"],
  CreateStmt: ["create"],
  /** Its options name a file, a program or a table of another server, out of reach of this one's privileges. */
  CreateForeignTableStmt: ["create", "admin"],
  /** SELECT is visited as a statement of its own; EXECUTE stands for what was prepared. */
  CreateTableAsStmt: ["create"],
  ViewStmt: ["create"],
  IndexStmt: ["create"],
  CreateSeqStmt: ["create"],
  CreateTrigStmt: ["create"],
  RuleStmt: ["create"],
  CreatePolicyStmt: ["create"],
  CreateStatsStmt: ["create"],
  /** A body that is given as a string is code that nobody here reads, just as in DO. One that is given as SQL is visited besides. */
  CreateFunctionStmt(node, found) {
    found.add("create");
    if (!("sql_body" in node)) found.add("admin");
  },
  CreateDomainStmt: ["create"],
  CompositeTypeStmt: ["create"],
  CreateEnumStmt: ["create"],
  CreateRangeStmt: ["create"],
  DefineStmt: ["create"],
  CreateOpClassStmt: ["create"],
  CreateOpFamilyStmt: ["create"],
  CreateCastStmt: ["create"],
  CreateConversionStmt: ["create"],

  /** Also for views, indexes, sequences and types. A column that goes takes its data along: that is a `drop` too. */
  AlterTableStmt(node, found) {
    found.add("alter");
    for (const item of listOf(node["cmds"])) {
      const subtype = nodeOf("AlterTableCmd", item)?.["subtype"];
      if (subtype === "AT_DropColumn") found.add("drop");
      // OPTIONS of a foreign table or its column
      if (subtype === "AT_GenericOptions" || subtype === "AT_AlterColumnGenericOptions") found.add("admin");
    }
  },
  AlterCollationStmt: ["alter"],
  AlterDomainStmt: ["alter"],
  AlterEnumStmt: ["alter"],
  AlterFunctionStmt: ["alter"],
  AlterOpFamilyStmt: ["alter"],
  AlterOperatorStmt: ["alter"],
  AlterPolicyStmt: ["alter"],
  AlterSeqStmt: ["alter"],
  AlterStatsStmt: ["alter"],
  AlterTSConfigurationStmt: ["alter"],
  AlterTSDictionaryStmt: ["alter"],
  AlterTypeStmt: ["alter"],
  AlterObjectDependsStmt: byObject("alter", "objectType"),
  AlterObjectSchemaStmt: byObject("alter", "objectType"),
  AlterOwnerStmt: byObject("alter", "objectType"),
  RenameStmt: byObject("alter", "renameType"),
  CommentStmt: byObject("alter", "objtype"),
  DropStmt: byObject("drop", "removeType"),
  /** Part of ALTER TABLE. */
  ReplicaIdentityStmt: [],
};

/** For statements that are the same for every kind of object: those of the whole database or server are `admin` besides. */
function byObject(verb: Verb, field: string): StatementRule {
  return (node, found) => {
    found.add(verb);
    if (isAdminObject(node[field])) found.add("admin");
  };
}
