import type { CommonTable, Expression, OutputItem, Query, Select } from "@sallyport/shared/lineage/relational";
import { constantOf, isTreeNode, listOf, nodeOf, textOf, untag, type TreeNode } from "../tree.ts";
import { sortKeys, windowKeys } from "./lower-call.ts";
import type { Lowering } from "./lowering.ts";
import { namesIn } from "./names.ts";
import { isNamedByStar, outputName } from "./output-name.ts";

/** A SELECT, VALUES, TABLE or set operation with everything around it. */
export function lowerSelect(node: TreeNode, lowering: Lowering): Query {
  return {
    ...lowerWith(node["withClause"], lowering),
    body: lowerBody(node, lowering),
    order: placed(sortKeys(node["sortClause"], lowering), nodesOfSort(node["sortClause"])),
    bounds: [node["limitCount"], node["limitOffset"]]
      .filter((bound) => bound !== undefined)
      .map((bound) => lowering.expression(bound)),
  };
}

function lowerBody(node: TreeNode, lowering: Lowering): Query["body"] {
  const { larg, rarg } = node;
  if (isTreeNode(larg) && isTreeNode(rarg)) {
    // without ALL rows are compared, and in INTERSECT and EXCEPT always
    const merges = node["op"] === "SETOP_UNION";
    const all = merges && node["all"] === true;
    return { kind: "set", all, merges, left: lowering.query(larg), right: lowering.query(rarg) };
  }
  const rows = listOf(node["valuesLists"]);
  if (rows.length > 0) {
    const items = rows.map((row) => listOf(nodeOf("List", row)?.["items"]));
    return { kind: "values", rows: distinctRows(items.map((row) => row.map((item) => lowering.expression(item)))) };
  }
  return lowerPlainSelect(node, lowering);
}

/** Of rows that are spelled out one stands for all. */
function distinctRows(rows: readonly (readonly Expression[])[]): readonly (readonly Expression[])[] {
  const first = rows.findIndex(isSpelled);
  return rows.filter((row, index) => index === first || !isSpelled(row));
}

function isSpelled(row: readonly Expression[]): boolean {
  return row.every(({ kind }) => kind === "literal");
}

function lowerPlainSelect(node: TreeNode, lowering: Lowering): Select {
  const windows = listOf(node["windowClause"]).map((item) => nodeOf("WindowDef", item) ?? {});
  const distinct = listOf(node["distinctClause"]);
  // plain DISTINCT is a list of nothing
  const on = distinct.filter((item) => untag(item) !== undefined);
  const group = listOf(node["groupClause"]);
  return {
    kind: "select",
    outputs: lowerOutputs(node["targetList"], lowering),
    from: listOf(node["fromClause"]).map((item) => lowering.range(item)),
    where: node["whereClause"] === undefined ? undefined : lowering.expression(node["whereClause"]),
    group: placed(
      group.map((item) => lowering.expression(item)),
      group,
    ),
    having: node["havingClause"] === undefined ? undefined : lowering.expression(node["havingClause"]),
    windows: {
      partition: windows
        .flatMap((window) => listOf(window["partitionClause"]))
        .map((item) => lowering.expression(item)),
      order: windows.flatMap((window) => windowKeys(window, lowering)),
    },
    distinct: distinct.length > 0 && on.length === 0,
    distinctOn: placed(
      on.map((item) => lowering.expression(item)),
      on,
    ),
    locks: lowerLocks(node["lockingClause"]),
  };
}

/** The outputs of SELECT and RETURNING. */
export function lowerOutputs(targets: unknown, lowering: Lowering): readonly OutputItem[] {
  return listOf(targets).map((item) => {
    const target = nodeOf("ResTarget", item) ?? {};
    const value = target["val"];
    const name = textOf(target["name"]);
    if (name === undefined && isNamedByStar(value)) return { name: "", expression: unnamed };
    return { name: name ?? outputName(value), expression: lowering.expression(value) };
  });
}

const unnamed: Expression = {
  kind: "unknown",
  because: "A subquery with a star has no name as a column; give it one, or write its column out.",
};

function lowerLocks(value: unknown): readonly string[] | undefined {
  const clauses = listOf(value);
  if (clauses.length === 0) return undefined;
  return clauses
    .flatMap((item) => listOf(nodeOf("LockingClause", item)?.["lockedRels"]))
    .map((item) => textOf(nodeOf("RangeVar", item)?.["relname"]))
    .filter((name) => name !== undefined);
}

function nodesOfSort(value: unknown): readonly unknown[] {
  return listOf(value).map((item) => nodeOf("SortBy", item)?.["node"]);
}

/** A whole number that stands alone is the place of an output. */
function placed(expressions: readonly Expression[], nodes: readonly unknown[]): readonly Expression[] {
  return expressions.map((expression, index) => {
    if (expression.kind !== "literal") return expression;
    const text = constantOf(nodes[index]);
    return typeof text === "string" && /^\d{1,5}$/.test(text) ? { kind: "place", place: Number(text) } : expression;
  });
}

/** WITH, of any statement. */
export function lowerWith(value: unknown, lowering: Lowering): Pick<Query, "with" | "recursive"> {
  if (!isTreeNode(value)) return { with: [], recursive: false };
  const tables = listOf(value["ctes"]).map((item) => lowerCommonTable(nodeOf("CommonTableExpr", item) ?? {}, lowering));
  return { with: tables, recursive: value["recursive"] === true };
}

function lowerCommonTable(node: TreeNode, lowering: Lowering): CommonTable {
  const query = lowering.anyQuery(node["ctequery"]);
  return {
    name: textOf(node["ctename"]) ?? "",
    columns: namesIn(node["aliascolnames"]),
    query: query ?? unknownQuery,
    added: [...addedBySearch(node["search_clause"]), ...addedByCycle(node["cycle_clause"])],
  };
}

const unknownQuery: Query = {
  with: [],
  recursive: false,
  body: {
    kind: "values",
    rows: [[{ kind: "unknown", because: "The gateway does not know this kind of WITH query." }]],
  },
  order: [],
  bounds: [],
};

function addedBySearch(clause: unknown): CommonTable["added"] {
  if (!isTreeNode(clause)) return [];
  return [{ name: textOf(clause["search_seq_column"]) ?? "", of: namesIn(clause["search_col_list"]) }];
}

function addedByCycle(clause: unknown): CommonTable["added"] {
  if (!isTreeNode(clause)) return [];
  return [
    { name: textOf(clause["cycle_mark_column"]) ?? "", of: namesIn(clause["cycle_col_list"]) },
    { name: textOf(clause["cycle_path_column"]) ?? "", of: namesIn(clause["cycle_col_list"]) },
  ];
}
