import { isTreeNode, listOf, nodeOf, textOf, untag, type TreeNode } from "../tree.ts";
import { namesIn } from "./names.ts";

const UNNAMED = "?column?";

/** What a kind of expression suggests as its name. `weak`: what stands around it may know a better one. */
interface Suggestion {
  readonly name: string;
  readonly weak: boolean;
}

type Suggest = (node: TreeNode) => Suggestion | undefined;

/**
 * How the server calls an output column without a name of its own. Where another query names that column, a wrong name would make it another
 * one, so the server's rules are followed to the letter.
 */
export function outputName(value: unknown): string {
  return suggest(value)?.name ?? UNNAMED;
}

function suggest(value: unknown): Suggestion | undefined {
  const tagged = untag(value);
  if (tagged === undefined || !Object.hasOwn(kinds, tagged.tag)) return undefined;
  return kinds[tagged.tag]?.(tagged.node);
}

const kinds: Readonly<Record<string, Suggest>> = {
  ColumnRef: (node) => strong(namesIn(node["fields"]).at(-1)),
  A_Indirection: (node) => strong(namesIn(node["indirection"]).at(-1)) ?? suggest(node["arg"]),
  FuncCall: (node) => strong(namesIn(node["funcname"]).at(-1)),
  A_Expr: (node) => strong(node["kind"] === "AEXPR_NULLIF" ? "nullif" : undefined),
  TypeCast: (node) => betterThan(suggest(node["arg"]), typeName(node["typeName"])),
  CollateClause: (node) => suggest(node["arg"]),
  SubLink: suggestOfSubLink,
  CaseExpr: (node) => betterThan(suggest(node["defresult"]), "case"),
  A_ArrayExpr: always("array"),
  RowExpr: always("row"),
  CoalesceExpr: always("coalesce"),
  GroupingFunc: always("grouping"),
  MergeSupportFunc: always("merge_action"),
  MinMaxExpr: (node) => strong(node["op"] === "IS_LEAST" ? "least" : "greatest"),
  SQLValueFunction: (node) => strong(valueFunctions[textOf(node["op"]) ?? "SVFOP_CURRENT_DATE"]),
  XmlExpr: (node) => strong(xmlNames[textOf(node["op"]) ?? "IS_XMLCONCAT"]),
  XmlSerialize: always("xmlserialize"),
  JsonParseExpr: always("json"),
  JsonScalarExpr: always("json_scalar"),
  JsonSerializeExpr: always("json_serialize"),
  JsonObjectConstructor: always("json_object"),
  JsonArrayConstructor: always("json_array"),
  JsonArrayQueryConstructor: always("json_array"),
  JsonObjectAgg: always("json_objectagg"),
  JsonArrayAgg: always("json_arrayagg"),
  JsonFuncExpr: (node) => strong(jsonNames[textOf(node["op"]) ?? "JSON_EXISTS_OP"]),
};

function strong(name: string | undefined): Suggestion | undefined {
  return name === undefined ? undefined : { name, weak: false };
}

function always(name: string): Suggest {
  return () => strong(name);
}

function betterThan(inner: Suggestion | undefined, name: string | undefined): Suggestion | undefined {
  if (inner !== undefined && !inner.weak) return inner;
  return name === undefined ? inner : { name, weak: true };
}

function typeName(value: unknown): string | undefined {
  return isTreeNode(value) ? namesIn(value["names"]).at(-1) : undefined;
}

function suggestOfSubLink({ subLinkType, subselect }: TreeNode): Suggestion | undefined {
  switch (subLinkType) {
    case "EXISTS_SUBLINK":
      return strong("exists");
    case "ARRAY_SUBLINK":
      return strong("array");
    case "EXPR_SUBLINK":
      return strong(firstColumn(nodeOf("SelectStmt", subselect)));
    default:
      return undefined;
  }
}

/** How the only column of a query is called; undefined where that takes to know what is in its FROM. */
function firstColumn(select: TreeNode | undefined): string | undefined {
  const found = firstTarget(select);
  return found === undefined || typeof found === "string" ? found : (textOf(found["name"]) ?? outputName(found["val"]));
}

/** The first target of a query, or its name where it has none. */
function firstTarget(select: TreeNode | undefined): TreeNode | string | undefined {
  if (select === undefined) return undefined;
  if (isTreeNode(select["larg"])) return firstTarget(select["larg"]);
  if (listOf(select["valuesLists"]).length > 0) return "column1";
  return nodeOf("ResTarget", listOf(select["targetList"])[0]) ?? {};
}

/** Whether the server calls a column without a name of its own like the first of those that a star stands for, whichever that is. */
export function isNamedByStar(value: unknown): boolean {
  const tagged = untag(value);
  switch (tagged?.tag) {
    case "TypeCast":
    case "CollateClause":
      return isNamedByStar(tagged.node["arg"]);
    case "A_Indirection":
      return namesIn(tagged.node["indirection"]).length === 0 && isNamedByStar(tagged.node["arg"]);
    case "CaseExpr":
      return isNamedByStar(tagged.node["defresult"]);
    case "SubLink":
      return tagged.node["subLinkType"] === "EXPR_SUBLINK" && startsWithStar(tagged.node["subselect"]);
    default:
      return false;
  }
}

function startsWithStar(subselect: unknown): boolean {
  const target = firstTarget(nodeOf("SelectStmt", subselect));
  if (target === undefined || typeof target === "string" || target["name"] !== undefined) return false;
  const last = lastStep(target["val"]);
  return (last !== undefined && untag(last)?.tag === "A_Star") || isNamedByStar(target["val"]);
}

/** What a column or a part of a value ends with. */
function lastStep(value: unknown): unknown {
  const { tag, node } = untag(value) ?? {};
  if (tag === "ColumnRef") return listOf(node?.["fields"]).at(-1);
  return tag === "A_Indirection" ? listOf(node?.["indirection"]).at(-1) : undefined;
}

const valueFunctions: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_DATE: "current_date",
  SVFOP_CURRENT_TIME: "current_time",
  SVFOP_CURRENT_TIME_N: "current_time",
  SVFOP_CURRENT_TIMESTAMP: "current_timestamp",
  SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp",
  SVFOP_LOCALTIME: "localtime",
  SVFOP_LOCALTIME_N: "localtime",
  SVFOP_LOCALTIMESTAMP: "localtimestamp",
  SVFOP_LOCALTIMESTAMP_N: "localtimestamp",
  SVFOP_CURRENT_ROLE: "current_role",
  SVFOP_CURRENT_USER: "current_user",
  SVFOP_USER: "user",
  SVFOP_SESSION_USER: "session_user",
  SVFOP_CURRENT_CATALOG: "current_catalog",
  SVFOP_CURRENT_SCHEMA: "current_schema",
};

const xmlNames: Readonly<Record<string, string>> = {
  IS_XMLCONCAT: "xmlconcat",
  IS_XMLELEMENT: "xmlelement",
  IS_XMLFOREST: "xmlforest",
  IS_XMLPARSE: "xmlparse",
  IS_XMLPI: "xmlpi",
  IS_XMLROOT: "xmlroot",
};

const jsonNames: Readonly<Record<string, string>> = {
  JSON_EXISTS_OP: "json_exists",
  JSON_QUERY_OP: "json_query",
  JSON_VALUE_OP: "json_value",
};
