import type { CallManner, Expression } from "@sallyport/shared/lineage/relational";
import {
  constantOf,
  isTreeNode,
  isWholeNumber,
  listOf,
  nodeOf,
  numberOf,
  stringOf,
  textOf,
  type TaggedNode,
  type TreeNode,
} from "../tree.ts";
import { gathered, lowerCall, sortKeys } from "./lower-call.ts";
import { lowerOperator } from "./lower-operator.ts";
import type { Lowering } from "./lowering.ts";
import { operandsOf } from "./operands.ts";
import { castBounds } from "./bounds.ts";
import { castManner, isOrdinaryNumber } from "./cast-manner.ts";

type Lower = (node: TreeNode, lowering: Lowering) => Expression;

const literal: Expression = { kind: "literal" };
/** NULL, and what is left out. */
export const nullLiteral: Expression = { kind: "literal", says: "null" };
const numberLiteral: Expression = { kind: "literal", says: "number" };

/** Longer numbers may leave no room for another one beside them. */
const MAX_ORDINARY_DIGITS = 20;

/** An expression of the tree; undefined stands for one without a tag. */
export function lowerExpression(tagged: TaggedNode | undefined, lowering: Lowering): Expression {
  if (tagged === undefined) return { kind: "unknown", because: "The gateway does not know this kind of expression." };
  const lower = lowerings.get(tagged.tag);
  if (lower !== undefined) return lower(tagged.node, lowering);
  return { kind: "unknown", because: `The gateway does not know this kind of expression (${tagged.tag}).` };
}

/** A value that is made of others by something that never fails by them. */
function made(args: readonly Expression[], manner: CallManner): Expression {
  return args.every((arg) => arg.kind === "literal") ? literal : { kind: "call", manner, args };
}

const all =
  (field: string, manner: CallManner): Lower =>
  (node, lowering) =>
    made(
      listOf(node[field]).map((item) => lowering.expression(item)),
      manner,
    );

const spelled: Lower = () => literal;

/** What is not looked into closer: it may fail or branch by anything in it. */
const tested: Lower = (node, lowering) => {
  const args = operandsOf(node).map((operand) => lowering.expression(operand));
  return args.every((arg) => arg.kind === "literal") ? literal : { kind: "call", manner: "tested", args };
};

const derived: Lower = (node, lowering) =>
  made(
    operandsOf(node).map((operand) => lowering.expression(operand)),
    "derived",
  );

const kinds: Readonly<Record<string, Lower>> = {
  A_Const: lowerConstant,
  ParamRef: spelled,
  SetToDefault: spelled,
  SQLValueFunction: spelled,
  CurrentOfExpr: spelled,
  MergeSupportFunc: spelled,
  GroupingFunc: (node, lowering) => ({
    kind: "call",
    manner: "counted",
    args: listOf(node["args"]).map((arg) => lowering.expression(arg)),
  }),

  ColumnRef: lowerColumn,
  A_Expr: lowerOperator,
  FuncCall: lowerCall,
  TypeCast: lowerCast,
  CollateClause: (node, lowering) => lowering.expression(node["arg"]),
  NamedArgExpr: (node, lowering) => lowering.expression(node["arg"]),
  A_Indirection: lowerIndirection,
  MultiAssignRef: (node, lowering) => lowering.expression(node["source"]),

  // any of its elements may be taken
  A_ArrayExpr: (node, lowering) => made([choice([], listOf(node["elements"]), lowering, false)], "carried"),
  RowExpr: all("args", "carried"),
  List: all("items", "carried"),
  GroupingSet: all("content", "carried"),
  MinMaxExpr: (node, lowering) => made([choice([], listOf(node["args"]), lowering, false)], "derived"),
  CoalesceExpr(node, lowering) {
    const args = listOf(node["args"]);
    return choice([], args, lowering, args.slice(1).some(mayFail));
  },
  CaseExpr: lowerCase,

  BoolExpr: (node, lowering) => logic(listOf(node["args"]), lowering),
  BooleanTest: (node, lowering) => logic([node["arg"]], lowering),
  NullTest: (node, lowering) => {
    const of = lowering.expression(node["arg"]);
    return of.kind === "literal" ? literal : { kind: "is-null", of };
  },
  SubLink: lowerSubLink,

  XmlExpr: (node, lowering) => (isMadeOfAnything(node) ? derived : tested)(node, lowering),
  XmlSerialize: (node, lowering) => (node["xmloption"] === "XMLOPTION_CONTENT" ? derived : tested)(node, lowering),
  JsonObjectConstructor(node, lowering) {
    const made = (isChecked(node) ? tested : derived)(node, lowering);
    return made.kind === "call" ? { ...made, needsAll: true } : made;
  },
  JsonArrayConstructor: (node, lowering) => (isChecked(node) ? tested : derived)(node, lowering),
  JsonArrayQueryConstructor(node, lowering) {
    const query = queryIn(node["query"], lowering);
    return isChecked(node) ? { kind: "call", manner: "tested", args: [query] } : query;
  },
  JsonArrayAgg: lowerJsonArrayAgg,
  JsonObjectAgg: tested,
  JsonScalarExpr: derived,
  JsonSerializeExpr: tested,
  JsonParseExpr: tested,
  JsonIsPredicate: tested,
  JsonFuncExpr: tested,
  JsonValueExpr: (node, lowering) => (isReadAsJson(node["format"]) ? tested : derived)(node, lowering),
};

const lowerings: ReadonlyMap<string, Lower> = new Map(Object.entries(kinds));

function lowerConstant(node: TreeNode): Expression {
  const constant = { A_Const: node };
  if (constantOf(constant) === null) return nullLiteral;
  const number = numberOf(constant);
  return number !== undefined && number.length <= MAX_ORDINARY_DIGITS ? numberLiteral : literal;
}

/** An aggregate in a notation of its own. */
function lowerJsonArrayAgg(node: TreeNode, lowering: Lowering): Expression {
  const args = operandsOf({ arg: node["arg"] }).map((operand) => lowering.expression(operand));
  const call: Expression = { kind: "call", manner: isChecked(node) ? "tested" : "derived", args };
  const told = untagged(node["constructor"], "JsonAggConstructor") ?? {};
  return gathered(call, told, sortKeys(told["agg_order"], lowering), lowering);
}

/** Of XML, what can be made of every value: an instruction must not end within itself, a root must be one. */
function isMadeOfAnything({ op }: TreeNode): boolean {
  return op === undefined || op === "IS_XMLCONCAT" || op === "IS_XMLELEMENT" || op === "IS_XMLFOREST";
}

/** Whether JSON is looked through for keys that come twice, read, or cast, all of which fail or not, by the values. */
function isChecked(node: TreeNode): boolean {
  if (node["unique"] === true) return true;
  const values = [node["arg"], ...listOf(node["exprs"]).map((item) => untagged(item, "JsonKeyValue")?.["value"])];
  if (values.some((value) => isReadAsJson(untagged(value, "JsonValueExpr")?.["format"]))) return true;
  const constructor = isTreeNode(node["constructor"]) ? node["constructor"] : node;
  const output = untagged(constructor["output"], "JsonOutput");
  return output !== undefined && isTreeNode(output["typeName"]) && castManner(output["typeName"]) !== "carried";
}

function isReadAsJson(format: unknown): boolean {
  const kind = untagged(format, "JsonFormat")?.["format_type"];
  return kind === "JS_FORMAT_JSON" || kind === "JS_FORMAT_JSONB";
}

/** A structure, whether its kind stands around it or not. */
function untagged(value: unknown, tag: string): TreeNode | undefined {
  return nodeOf(tag, value) ?? (isTreeNode(value) ? value : undefined);
}

function lowerColumn(node: TreeNode): Expression {
  const fields = listOf(node["fields"]);
  const path = fields.map(stringOf).filter((name) => name !== undefined);
  if (nodeOf("A_Star", fields.at(-1)) !== undefined) return { kind: "star", qualifier: path };
  return { kind: "column", path };
}

/** Other casts than to texts fail or not, by the value. */
function lowerCast(node: TreeNode, lowering: Lowering): Expression {
  const of = lowering.expression(node["arg"]);
  if (of.kind === "literal") return of.says === "null" || isOrdinaryNumber(node["typeName"]) ? of : literal;
  const bounds = castBounds(node["typeName"]);
  if (bounds !== undefined) return { kind: "bounded", of, ...bounds };
  const manner = castManner(node["typeName"]);
  if (manner === "tested") return { kind: "call", manner, args: [of] };
  return { kind: "call", manner, args: [of], lists: "taken" };
}

/** Subscripts and fields of one value, one behind the other: each is a level of what they are lowered to. */
const MAX_STEPS = 50;

function lowerIndirection(node: TreeNode, lowering: Lowering): Expression {
  const steps = listOf(node["indirection"]);
  if (steps.length > MAX_STEPS) return { kind: "unknown", because: "More subscripts than the gateway follows." };
  return steps.reduce<Expression>((of, step) => oneStep(of, step, lowering), lowering.expression(node["arg"]));
}

function oneStep(of: Expression, step: unknown, lowering: Lowering): Expression {
  const name = stringOf(step);
  if (name !== undefined) return { kind: "field", of, name };
  if (nodeOf("A_Star", step) !== undefined) return { kind: "field", of, name: undefined };
  const indices = nodeOf("A_Indices", step);
  if (indices === undefined) return { kind: "unknown", because: "The gateway does not know this kind of subscript." };
  if (indices["is_slice"] === true) return { kind: "call", manner: "derived", args: [of] };
  const index = lowering.expression(indices["uidx"]);
  const steps = [constantOf(indices["uidx"]) ?? undefined];
  const part: Expression = { kind: "part", of, steps, byPlace: isWholeNumber(indices["uidx"]) };
  if (index.kind === "literal") return part;
  // which element it is may come of a column too; whether there is such an element tells of it
  return { kind: "call", manner: "derived", args: [part, { kind: "call", manner: "tested", args: [index] }] };
}

/** `CASE x WHEN 1` compares, `CASE WHEN x = 1` asks. */
function lowerCase(node: TreeNode, lowering: Lowering): Expression {
  const subject = node["arg"];
  const branches = listOf(node["args"]).map((item) => nodeOf("CaseWhen", item) ?? {});
  const conditions = branches.map((branch): Expression => {
    const asked = lowering.expression(branch["expr"]);
    if (subject === undefined) return asked;
    return { kind: "equality", left: lowering.expression(subject), right: [asked] };
  });
  return choice(conditions, [...branches.map((branch) => branch["result"]), node["defresult"]], lowering, false);
}

/** Whether it is more than a constant or a column. A constant that is cast by somebody's code is. */
function mayFail(node: unknown): boolean {
  const cast = nodeOf("TypeCast", node);
  if (cast !== undefined)
    return castManner(cast["typeName"]) === "tested" || nodeOf("A_Const", cast["arg"]) === undefined;
  return nodeOf("ColumnRef", node) === undefined && nodeOf("A_Const", node) === undefined;
}

function choice(
  conditions: readonly Expression[],
  results: readonly unknown[],
  lowering: Lowering,
  resultsMayFail: boolean,
): Expression {
  const lowered = results.map((result) => lowering.expression(result));
  const asked = conditions.filter((condition) => condition.kind !== "literal");
  if (asked.length === 0 && lowered.every((result) => result.kind === "literal")) return literal;
  return { kind: "choice", conditions: asked, results: lowered, mayFail: resultsMayFail };
}

function logic(args: readonly unknown[], lowering: Lowering): Expression {
  const of = args.map((arg) => lowering.expression(arg)).filter((arg) => arg.kind !== "literal");
  return of.length === 0 ? literal : { kind: "logic", of };
}

function queryIn(value: unknown, lowering: Lowering): Expression {
  const query = lowering.anyQuery(value);
  if (query === undefined) return { kind: "unknown", because: "The gateway does not know this kind of subquery." };
  return { kind: "subquery", query, manner: "derived" };
}

function lowerSubLink(node: TreeNode, lowering: Lowering): Expression {
  const query = lowering.anyQuery(node["subselect"]);
  if (query === undefined) return { kind: "unknown", because: "The gateway does not know this kind of subquery." };
  switch (textOf(node["subLinkType"])) {
    case "EXISTS_SUBLINK":
      return { kind: "exists", query };
    case "EXPR_SUBLINK":
    case "MULTIEXPR_SUBLINK":
      return { kind: "subquery", query, manner: "same" };
    case "ARRAY_SUBLINK":
      return { kind: "subquery", query, manner: "derived" };
    case "ANY_SUBLINK":
    case "ALL_SUBLINK": {
      const operator = stringOf(listOf(node["operName"]).at(-1)) ?? "=";
      const row = nodeOf("RowExpr", node["testexpr"]);
      const left = row === undefined ? [node["testexpr"]] : listOf(row["args"]);
      const equality = operator === "=" || operator === "<>";
      return { kind: "membership", left: left.map((item) => lowering.expression(item)), query, equality };
    }
    default:
      return { kind: "unknown", because: "The gateway does not know this kind of subquery." };
  }
}
