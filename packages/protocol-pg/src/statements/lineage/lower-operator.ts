import type { Expression } from "@sallyport/shared/lineage/relational";
import { constantOf, listOf, nodeOf, stringOf, textOf, type TreeNode } from "../tree.ts";
import { arithmeticBounds } from "./bounds.ts";
import { carryingOperators, equalityOperators } from "./call-manners.ts";
import type { Lowering } from "./lowering.ts";

const literal: Expression = { kind: "literal" };

/** Takes one step into a JSON value, several that the text lists. */
const oneStep: ReadonlySet<string> = new Set(["->", "->>"]);
const manySteps: ReadonlySet<string> = new Set(["#>", "#>>"]);

/** `a op b` in all its forms: IN, BETWEEN, LIKE, op ANY and so on. */
export function lowerOperator(node: TreeNode, lowering: Lowering): Expression {
  const operator = stringOf(listOf(node["name"]).at(-1)) ?? "";
  const left = lowering.expression(node["lexpr"]);
  const right = operandList(node["rexpr"]).map((item) => lowering.expression(item));
  if (left.kind === "literal" && right.every((operand) => operand.kind === "literal")) return literal;
  const list = onlyOnce(right);
  switch (textOf(node["kind"])) {
    case "AEXPR_OP":
      return plainOperator(operator, left, right, node);
    case "AEXPR_IN":
    case "AEXPR_DISTINCT":
    case "AEXPR_NOT_DISTINCT":
      return { kind: "equality", left, right: list };
    case "AEXPR_OP_ANY":
    case "AEXPR_OP_ALL":
      return equalityOperators.has(operator) ? { kind: "equality", left, right } : tested([left, ...right]);
    case "AEXPR_NULLIF":
      return { kind: "call", manner: "asked", args: [left, ...right] };
    default:
      return tested([left, ...right]);
  }
}

/** Of values that are spelled out one stands for all. */
function onlyOnce(operands: readonly Expression[]): readonly Expression[] {
  const spelled = operands.findIndex(({ kind }) => kind === "literal");
  return operands.filter((operand, index) => index === spelled || operand.kind !== "literal");
}

function operandList(value: unknown): readonly unknown[] {
  const list = nodeOf("List", value);
  return list === undefined ? [value] : listOf(list["items"]);
}

function plainOperator(
  operator: string,
  left: Expression,
  right: readonly Expression[],
  { lexpr: leftNode, rexpr: rightNode }: TreeNode,
): Expression {
  if (equalityOperators.has(operator)) return { kind: "equality", left, right };
  if (oneStep.has(operator)) return part(left, right, [constantOf(rightNode) ?? undefined]);
  if (manySteps.has(operator)) return part(left, right, stepsIn(rightNode));
  // there is nothing on the left of a sign
  if (operator === "-" && left.kind === "literal" && leftNode === undefined) {
    return { kind: "call", manner: "derived", args: right };
  }
  const bounds = arithmeticBounds(operator, leftNode, rightNode);
  if (bounds !== undefined) return { kind: "bounded", of: left.kind === "literal" ? onlyOf(right) : left, ...bounds };
  if (carryingOperators.has(operator)) return { kind: "call", manner: "carried", args: [left, ...right] };
  return tested([left, ...right]);
}

/** Which part it is may come of a column too; whether there is such a part tells of it. */
function part(of: Expression, right: readonly Expression[], steps: readonly (string | undefined)[]): Expression {
  const taken: Expression = { kind: "part", of, steps, byPlace: false };
  const named = right.every((operand) => operand.kind === "literal");
  return named ? taken : { kind: "call", manner: "derived", args: [taken, tested(right)] };
}

/** The steps of `'{contacts,0,mail}'` where nothing in it is quoted, or of an array of plain texts. */
function stepsIn(node: unknown): readonly (string | undefined)[] {
  const text = constantOf(node);
  if (typeof text === "string") {
    const inner = /^\{([^{}"\\]*)\}$/.exec(text)?.[1];
    return inner === undefined ? [undefined] : inner.split(",").map((step) => step.trim());
  }
  const array = nodeOf("A_ArrayExpr", node);
  return array === undefined ? [undefined] : listOf(array["elements"]).map((step) => constantOf(step) ?? undefined);
}

function onlyOf([first]: readonly Expression[]): Expression {
  return first ?? literal;
}

function tested(args: readonly Expression[]): Expression {
  return { kind: "call", manner: "tested", args };
}
