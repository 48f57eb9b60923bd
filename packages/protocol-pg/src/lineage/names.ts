import type { RelationName } from "@sallyport/shared/lineage/relational";
import { isTreeNode, listOf, stringOf, textOf } from "../statements/tree.ts";

/** The names in a list of strings: columns, or the parts of a function's or type's name. */
export function namesIn(value: unknown): readonly string[] {
  return listOf(value)
    .map(stringOf)
    .filter((name) => name !== undefined);
}

/** The relation that a RangeVar names. */
export function relationName(rangeVar: unknown): RelationName | undefined {
  if (!isTreeNode(rangeVar)) return undefined;
  const name = textOf(rangeVar["relname"]);
  return name === undefined ? undefined : { schema: textOf(rangeVar["schemaname"]), name };
}

/** What a range is called, and its columns. */
export function aliasOf(alias: unknown): { readonly alias: string | undefined; readonly columns: readonly string[] } {
  if (!isTreeNode(alias)) return { alias: undefined, columns: [] };
  return { alias: textOf(alias["aliasname"]), columns: namesIn(alias["colnames"]) };
}

/** How the server calls an output column without a name of its own. It only has to be right where another query names it. */
export function outputName(value: unknown): string {
  if (!isTreeNode(value)) return "?column?";
  for (const tag in value) {
    const node = value[tag];
    if (!isTreeNode(node)) break;
    switch (tag) {
      case "ColumnRef":
        return namesIn(node["fields"]).at(-1) ?? "?column?";
      case "FuncCall":
        return namesIn(node["funcname"]).at(-1) ?? "?column?";
      case "A_Indirection":
        return namesIn(node["indirection"]).at(-1) ?? outputName(node["arg"]);
      case "TypeCast":
        return castName(node["arg"], node["typeName"]);
      case "CollateClause":
        return outputName(node["arg"]);
      case "SubLink":
        return subLinkName(node["subLinkType"], node["subselect"]);
      case "CaseExpr":
        return caseName(node["defresult"]);
      default:
        return byTag[tag] ?? "?column?";
    }
  }
  return "?column?";
}

const byTag: Readonly<Record<string, string>> = {
  A_ArrayExpr: "array",
  RowExpr: "row",
  CoalesceExpr: "coalesce",
  GroupingFunc: "grouping",
  MergeSupportFunc: "merge_action",
};

function castName(arg: unknown, typeName: unknown): string {
  const inner = outputName(arg);
  if (inner !== "?column?") return inner;
  return isTreeNode(typeName) ? (namesIn(typeName["names"]).at(-1) ?? inner) : inner;
}

function caseName(defaultResult: unknown): string {
  const inner = outputName(defaultResult);
  return inner === "?column?" ? "case" : inner;
}

function subLinkName(kind: unknown, subselect: unknown): string {
  if (kind === "EXISTS_SUBLINK") return "exists";
  if (kind === "ARRAY_SUBLINK") return "array";
  if (kind !== "EXPR_SUBLINK" || !isTreeNode(subselect) || !isTreeNode(subselect["SelectStmt"])) return "?column?";
  const [first] = listOf(subselect["SelectStmt"]["targetList"]);
  const target = isTreeNode(first) && isTreeNode(first["ResTarget"]) ? first["ResTarget"] : {};
  return textOf(target["name"]) ?? outputName(target["val"]);
}
