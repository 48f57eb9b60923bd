import type { Expression } from "@sallyport/shared/lineage/relational";
import { constantOf, isTreeNode, isWholeNumber, listOf, nodeOf, stringOf, type TreeNode } from "../tree.ts";
import {
  isPlainFunction,
  listsIn,
  mannerOf,
  needsAllOf,
  takingArrays,
  takingParts,
  type SpelledArgument,
} from "./call-manners.ts";
import type { Lowering } from "./lowering.ts";

/** A call of a function, an aggregate or a window function. */
export function lowerCall(node: TreeNode, lowering: Lowering): Expression {
  const names = listOf(node["funcname"]).map(stringOf);
  const name = names.at(-1) ?? "";
  // what somebody else calls like one of the server's functions does what it likes
  const isServers = names.length === 1 || names[0] === "pg_catalog";
  const within = node["agg_within_group"] === true;
  const order = sortKeys(node["agg_order"], lowering);
  const argNodes = listOf(node["args"]);
  const args = argNodes.map((arg) => lowering.expression(arg));
  // percentiles and the like hand out what they order by
  const taken = within ? [...args, ...order] : args;
  const spelled = taken.map((arg, index) => (arg.kind === "literal" ? spelledArgument(argNodes[index]) : undefined));
  // how many there are, and what they are, may come of a column
  const isListed = node["func_variadic"] !== true || takingArrays.has(name);
  const manner = isServers && isListed ? mannerOf(name, spelled) : "tested";
  const isPlain = isServers && isPlainFunction(name) && node["over"] === undefined;
  if (isPlain && !spelled.includes(undefined) && taken.length > 0) return { kind: "literal" };
  const [of, ...steps] = taken;
  if (isServers && isListed && takingParts.has(name) && of !== undefined) return partCall(of, steps, argNodes.slice(1));
  const lists = isServers && isListed ? listsIn(name) : undefined;
  const given = shifting.has(name) ? withDefault(taken) : taken;
  const needsAll = needsAllOf(name, spelled);
  const call: Expression = { kind: "call", manner, args: given, needsAll, ...(lists === undefined ? {} : { lists }) };
  return gathered(call, node, within ? [] : order, lowering);
}

/** A call with what an aggregate or window function is told besides its arguments: a filter, an order, a window. */
export function gathered(
  call: Expression,
  node: TreeNode,
  order: readonly Expression[],
  lowering: Lowering,
): Expression {
  const over = isTreeNode(node["over"]) ? node["over"] : undefined;
  const filter = node["agg_filter"] === undefined ? undefined : lowering.expression(node["agg_filter"]);
  const distinct = node["agg_distinct"] === true;
  const ordered = [...order, ...windowKeys(over, lowering)];
  const partition = listOf(over?.["partitionClause"]).map((item) => lowering.expression(item));
  if (filter === undefined && !distinct && ordered.length === 0 && partition.length === 0) return call;
  return { kind: "gathered", call, distinct, filter, partition, order: ordered };
}

/** These give their third argument where there is no such row. */
const shifting: ReadonlySet<string> = new Set(["lag", "lead"]);

function withDefault(args: readonly Expression[]): readonly Expression[] {
  const [of, offset, otherwise] = args;
  if (of === undefined || offset === undefined || otherwise === undefined) return args;
  return [{ kind: "choice", conditions: [], results: [of, otherwise], mayFail: false }, offset];
}

function spelledArgument(node: unknown): SpelledArgument {
  return { text: constantOf(node) ?? undefined, isWholeNumber: isWholeNumber(node) };
}

/** Which part it is may come of a column too; whether there is such a part tells of it. */
function partCall(of: Expression, steps: readonly Expression[], nodes: readonly unknown[]): Expression {
  const names = nodes.map((node) => constantOf(node) ?? undefined);
  const part: Expression = { kind: "part", of, steps: names, byPlace: false };
  if (steps.every((step) => step.kind === "literal")) return part;
  return { kind: "call", manner: "derived", args: [part, { kind: "call", manner: "tested", args: steps }] };
}

/** What a window sorts by, and how far it reaches. */
export function windowKeys(window: TreeNode | undefined, lowering: Lowering): readonly Expression[] {
  const bounds = [window?.["startOffset"], window?.["endOffset"]].map((bound) => lowering.expression(bound));
  return [...sortKeys(window?.["orderClause"], lowering), ...bounds.filter(({ kind }) => kind !== "literal")];
}

/** What a list of sort clauses sorts by. */
export function sortKeys(value: unknown, lowering: Lowering): readonly Expression[] {
  return listOf(value).map((item) => lowering.expression(nodeOf("SortBy", item)?.["node"]));
}
