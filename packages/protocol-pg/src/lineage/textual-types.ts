import { isTreeNode, listOf, stringOf } from "../statements/tree.ts";

const textual: ReadonlySet<string> = new Set(["text", "varchar", "bpchar", "char", "name"]);

/** Whether a cast to this type makes a text of any value. */
export function isTextual(typeName: unknown): boolean {
  if (!isTreeNode(typeName) || typeName["arrayBounds"] !== undefined || typeName["setof"] === true) return false;
  const names = listOf(typeName["names"]).map(stringOf);
  const [schema, name] = names.length === 1 ? ["pg_catalog", names[0]] : names;
  return schema === "pg_catalog" && name !== undefined && textual.has(name);
}
