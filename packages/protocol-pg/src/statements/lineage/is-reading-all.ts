import { listOf, nodeOf, stringOf, type TreeNode } from "../tree.ts";

const aggregates: ReadonlySet<string> = new Set(["count", "sum", "avg", "min", "max", "bool_and", "bool_or", "every"]);

/** Whether all rows of a table go out: by COPY, or by a SELECT that neither limits nor counts them. */
export function isReadingAll(tag: string, node: TreeNode): boolean {
  if (tag === "CopyStmt") {
    const query = nodeOf("SelectStmt", node["query"]);
    return node["is_from"] !== true && (query === undefined || isReadingAll("SelectStmt", query));
  }
  if (tag !== "SelectStmt" || node["limitCount"] !== undefined || node["intoClause"] !== undefined) return false;
  if (node["op"] !== undefined && node["op"] !== "SETOP_NONE") return true;
  if (listOf(node["fromClause"]).length === 0) return false;
  const targets = listOf(node["targetList"]).map((item) => nodeOf("ResTarget", item)?.["val"]);
  return listOf(node["groupClause"]).length > 0 || !targets.every(isAggregate);
}

function isAggregate(value: unknown): boolean {
  const call = nodeOf("FuncCall", value);
  if (call === undefined || call["over"] !== undefined) return false;
  return aggregates.has(stringOf(listOf(call["funcname"]).at(-1)) ?? "");
}
