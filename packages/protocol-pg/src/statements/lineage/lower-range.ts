import type { Expression, Range } from "@sallyport/shared/lineage/relational";
import { isTreeNode, listOf, nodeOf, stringOf, textOf, untag, type TreeNode } from "../tree.ts";
import { columnsOfCall, expands } from "./call-manners.ts";
import type { Lowering } from "./lowering.ts";
import { aliasOf, namesIn, relationName } from "./names.ts";
import { operandsOf } from "./operands.ts";

/** Something in FROM, tagged. */
export function lowerRange(value: unknown, lowering: Lowering): Range {
  const tagged = untag(value);
  switch (tagged?.tag) {
    case "RangeVar":
      return lowerRelation(tagged.node);
    case "RangeSubselect":
      return lowerSubselect(tagged.node, lowering);
    case "RangeFunction":
      return lowerFunctions(tagged.node, lowering);
    case "JoinExpr":
      return lowerJoin(tagged.node, lowering);
    case "RangeTableSample":
      return lowerSample(tagged.node, lowering);
    case "RangeTableFunc":
      return lowerTable(tagged.node, "RangeTableFuncCol", "colname", lowering);
    case "JsonTable":
      return lowerTable(tagged.node, "JsonTableColumn", "name", lowering);
    default:
      return { kind: "unknown", because: "The gateway does not know this kind of table expression." };
  }
}

function lowerRelation(node: TreeNode): Range {
  const relation = relationName(node);
  if (relation === undefined) return { kind: "unknown", because: "A relation without a name." };
  return { kind: "relation", relation, ...aliasOf(node["alias"]), only: node["inh"] !== true };
}

/** How many rows are taken may not come of a column. */
function lowerSample(node: TreeNode, lowering: Lowering): Range {
  const told = [...listOf(node["args"]), node["repeatable"]].map((item) => lowering.expression(item));
  if (told.every(({ kind }) => kind === "literal")) return lowering.range(node["relation"]);
  return { kind: "unknown", because: "The size of a sample must be written out." };
}

function lowerSubselect(node: TreeNode, lowering: Lowering): Range {
  const query = lowering.anyQuery(node["subquery"]);
  if (query === undefined) return { kind: "unknown", because: "The gateway does not know this kind of subquery." };
  return { kind: "query", query, lateral: node["lateral"] === true, ...aliasOf(node["alias"]) };
}

/** Functions, side by side where they are several, and numbered where that is asked for. */
function lowerFunctions(node: TreeNode, lowering: Lowering): Range {
  const items = listOf(node["functions"]).map((item) => listOf(nodeOf("List", item)?.["items"]));
  const calls = items.map(([call]) => lowering.expression(call));
  const names = items.map(([call]) => callName(call));
  const { alias, columns } = aliasOf(node["alias"]);
  const defined = [node["coldeflist"], ...items.map(([, definitions]) => definedIn(definitions))].flatMap(
    columnsDefined,
  );
  const own = defined.length > 0 ? defined : ownColumns(names, alias);
  const numbered = node["ordinality"] === true ? ["ordinality"] : [];
  const all = own === undefined ? undefined : [...own, ...numbered];
  return {
    kind: "call",
    calls: calls.map((call, index) => asRows(call, names[index])),
    expands: names.every((name) => name !== undefined && expands(name)),
    // what the text spells out has no column whose value is hidden
    mayHaveMore: calls.some((call, index) => names[index] === "unnest" && !isSpelledCall(call)),
    alias: alias ?? names[0],
    columns: all?.map((name, index) => columns[index] ?? name) ?? (columns.length > 0 ? columns : undefined),
  };
}

/** The elements of what the text spells out are spelled out too. */
function asRows(call: Expression, name: string | undefined): Expression {
  return name !== undefined && expands(name) && isSpelledCall(call) ? { kind: "literal" } : call;
}

function isSpelledCall(call: Expression): boolean {
  return call.kind === "call" && call.args.every((arg) => arg.kind === "literal");
}

function callName(call: unknown): string | undefined {
  const names = listOf(nodeOf("FuncCall", call)?.["funcname"]).map(stringOf);
  return names.length === 1 || names[0] === "pg_catalog" ? names.at(-1) : undefined;
}

/** A function of one column calls it like the range. */
function ownColumns(names: readonly (string | undefined)[], alias: string | undefined): readonly string[] | undefined {
  const columns = names.map((name) => (name === undefined ? undefined : columnsOfCall(name)));
  const known = columns.filter((list) => list !== undefined);
  if (known.length < columns.length) return undefined;
  const [only, ...others] = known.flat();
  return alias !== undefined && others.length === 0 && only !== undefined ? [alias] : known.flat();
}

function definedIn(definitions: unknown): unknown {
  const list = nodeOf("List", definitions);
  return list === undefined ? definitions : list["items"];
}

function columnsDefined(definitions: unknown): readonly string[] {
  return listOf(definitions)
    .map((item) => textOf(nodeOf("ColumnDef", item)?.["colname"]))
    .filter((name) => name !== undefined);
}

function lowerJoin(node: TreeNode, lowering: Lowering): Range {
  if (node["join_using_alias"] !== undefined) return { kind: "unknown", because: "A name for what a join is by." };
  const { alias, columns } = aliasOf(node["alias"]);
  const using = namesIn(node["usingClause"]);
  const natural = node["isNatural"] === true;
  return {
    kind: "join",
    left: lowering.range(node["larg"]),
    right: lowering.range(node["rarg"]),
    // without any of the three, each row is joined with each
    using: natural ? undefined : using,
    on: node["quals"] === undefined ? undefined : lowering.expression(node["quals"]),
    alias,
    columns,
  };
}

/** XMLTABLE and JSON_TABLE: whatever they are given may be in any column. */
function lowerTable(node: TreeNode, tag: string, nameField: string, lowering: Lowering): Range {
  const args = operandsOf({ ...node, alias: undefined, columns: undefined }).map((item) => lowering.expression(item));
  const { alias, columns } = aliasOf(node["alias"]);
  const names = columnNames(node["columns"], tag, nameField);
  return {
    kind: "call",
    calls: [{ kind: "call", manner: "tested", args }],
    expands: false,
    mayHaveMore: false,
    alias,
    columns: names.map((name, index) => columns[index] ?? name),
  };
}

function columnNames(value: unknown, tag: string, nameField: string): readonly string[] {
  return listOf(value).flatMap((item) => {
    const column = nodeOf(tag, item);
    if (!isTreeNode(column)) return [];
    const name = textOf(column[nameField]);
    const nested = columnNames(column["columns"], tag, nameField);
    return name === undefined || nested.length > 0 ? nested : [name];
  });
}
