import type { Query, Write, WriteAction } from "@sallyport/shared/lineage/relational";
import { isTreeNode, listOf, nodeOf, stringOf, textOf, untag, type TreeNode } from "../tree.ts";
import { lowerOutputs } from "./lower-query.ts";
import type { Lowering } from "./lowering.ts";
import { aliasOf, relationName } from "./names.ts";
import { operandsOf } from "./operands.ts";

/** INSERT, UPDATE, DELETE and MERGE; undefined for what is none of them. */
export function lowerWrite(tag: string, node: TreeNode, lowering: Lowering): Write | undefined {
  const target = relationName(node["relation"]);
  const relation = node["relation"];
  if (target === undefined || !isTreeNode(relation)) return undefined;
  const base = {
    kind: "write",
    target,
    alias: aliasOf(relation["alias"]).alias,
    only: relation["inh"] !== true,
    ...lowerReturning(node, lowering),
  } as const;
  switch (tag) {
    case "InsertStmt":
      return { ...base, ...noConditions, verb: "insert", ...lowerInsert(node, lowering) };
    case "UpdateStmt":
      return {
        ...base,
        ...noSource,
        verb: "update",
        from: rangesIn(node["fromClause"], lowering),
        where: conditionIn(node["whereClause"], lowering),
        actions: [{ verb: "update", condition: undefined, sets: lowerSets(node["targetList"], lowering) }],
      };
    case "DeleteStmt":
      return {
        ...base,
        ...noSource,
        verb: "delete",
        from: rangesIn(node["usingClause"], lowering),
        where: conditionIn(node["whereClause"], lowering),
        actions: [],
      };
    case "MergeStmt":
      return {
        ...base,
        ...noSource,
        verb: "merge",
        from: [lowering.range(node["sourceRelation"])],
        where: conditionIn(node["joinCondition"], lowering),
        actions: listOf(node["mergeWhenClauses"]).flatMap((item) =>
          lowerBranch(nodeOf("MergeWhenClause", item) ?? {}, lowering),
        ),
      };
    default:
      return undefined;
  }
}

const noSource = { source: undefined, columns: undefined } as const;
const noConditions = { from: [], where: undefined } as const;

/** A list up to 17, a clause that may name the rows before and after from 18 on. */
function lowerReturning(node: TreeNode, lowering: Lowering): Pick<Write, "returning" | "rowNames"> {
  const clause = node["returningClause"];
  if (!isTreeNode(clause)) return { returning: lowerOutputs(node["returningList"], lowering), rowNames: [] };
  const names = listOf(clause["options"]).map((item) => textOf(nodeOf("ReturningOption", item)?.["value"]));
  return {
    returning: lowerOutputs(clause["exprs"], lowering),
    rowNames: ["old", "new", ...names.filter((name) => name !== undefined)],
  };
}

function lowerInsert(node: TreeNode, lowering: Lowering): Pick<Write, "source" | "columns" | "actions"> {
  const columns = listOf(node["cols"]).map((item) => textOf(nodeOf("ResTarget", item)?.["name"]) ?? "");
  const select = nodeOf("SelectStmt", node["selectStmt"]);
  const source: Query | undefined = select === undefined ? undefined : lowering.query(select);
  return {
    source,
    columns: columns.length === 0 ? undefined : columns,
    actions: lowerConflict(node["onConflictClause"], lowering),
  };
}

function lowerConflict(clause: unknown, lowering: Lowering): readonly WriteAction[] {
  if (!isTreeNode(clause)) return [];
  // what names the index is compared with it and not carried out
  for (const named of isTreeNode(clause["infer"]) ? operandsOf(clause["infer"]) : []) lowering.expression(named);
  if (clause["action"] !== "ONCONFLICT_UPDATE") return [];
  const condition = conditionIn(clause["whereClause"], lowering);
  return [{ verb: "update", condition, sets: lowerSets(clause["targetList"], lowering) }];
}

function lowerBranch(node: TreeNode, lowering: Lowering): readonly WriteAction[] {
  const condition = conditionIn(node["condition"], lowering);
  switch (textOf(node["commandType"])) {
    case "CMD_INSERT":
      return [{ verb: "insert", condition, sets: lowerInserted(node, lowering) }];
    case "CMD_UPDATE":
      return [{ verb: "update", condition, sets: lowerSets(node["targetList"], lowering) }];
    case "CMD_DELETE":
      return [{ verb: "delete", condition, sets: [] }];
    default:
      return [];
  }
}

/** Without names the values go into columns that only the catalog knows; they are told by their places. */
function lowerInserted(node: TreeNode, lowering: Lowering): WriteAction["sets"] {
  const names = listOf(node["targetList"]).map((item) => textOf(nodeOf("ResTarget", item)?.["name"]) ?? "");
  return listOf(node["values"]).map((value, index) => ({
    columns: [names[index] ?? `column${index + 1}`],
    value: lowering.expression(value),
  }));
}

/** `SET (a, b) = (SELECT …)` comes as one entry a column, each with the whole source. */
function lowerSets(targets: unknown, lowering: Lowering): WriteAction["sets"] {
  return listOf(targets).map((item) => {
    const target = nodeOf("ResTarget", item) ?? {};
    return { columns: [textOf(target["name"]) ?? ""], value: lowering.expression(target["val"]) };
  });
}

function rangesIn(value: unknown, lowering: Lowering): Write["from"] {
  return listOf(value).map((item) => lowering.range(item));
}

function conditionIn(value: unknown, lowering: Lowering): Write["where"] {
  return value === undefined ? undefined : lowering.expression(value);
}

/**
 * Whether a condition cannot be false for any row, as far as its text shows: nothing in it is a column, or a column is compared with
 * itself, or one side of an OR is like that.
 */
export function isAlwaysTrue(value: unknown): boolean {
  const tagged = untag(value);
  if (tagged === undefined) return false;
  const { tag, node } = tagged;
  if (tag === "A_Expr" && stringOf(listOf(node["name"])[0]) === "=") {
    const left = JSON.stringify(withoutPlaces(node["lexpr"]));
    if (left === JSON.stringify(withoutPlaces(node["rexpr"]))) return true;
  }
  if (tag === "BoolExpr") {
    const args = listOf(node["args"]);
    if (node["boolop"] === "OR_EXPR") return args.some(isAlwaysTrue);
    if (node["boolop"] === "AND_EXPR") return args.every(isAlwaysTrue);
  }
  return !/"(ColumnRef|SubLink|CurrentOfExpr)":/.test(JSON.stringify(value));
}

/** Where something stands in the text says nothing of what it is. */
function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (!isTreeNode(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field]) => field !== "location")
      .map(([field, inner]) => [field, withoutPlaces(inner)]),
  );
}
