import type { Manner } from "@sallyport/shared/lineage/lineage";
import { isTreeNode, listOf, stringOf } from "../tree.ts";

/** Texts that hold a value of whatever length, unless the type says a length. */
const whole: ReadonlySet<string> = new Set(["text", "varchar", "bpchar"]);

/** Texts that hold only so much of it. */
const short: ReadonlySet<string> = new Set(["char", "name"]);

/** Types that a text names without a schema and that a cast to never fails: a session's own type of that name would come before the server's. */
export function isTotalTypeName(name: string): boolean {
  return whole.has(name) || short.has(name);
}

/** Numbers that stay as large as they are, and whose sums do not fail. */
const ordinaryNumbers: ReadonlySet<string> = new Set(["int2", "int4", "int8", "numeric"]);

export function isOrdinaryNumber(typeName: unknown): boolean {
  if (!isTreeNode(typeName) || typeName["arrayBounds"] !== undefined) return false;
  return ordinaryNumbers.has(listOf(typeName["names"]).map(stringOf).at(-1) ?? "");
}

/** What a cast to this type makes of a value. To a text every value can be cast. */
export function castManner(typeName: unknown): Manner {
  if (!isTreeNode(typeName) || typeName["arrayBounds"] !== undefined || typeName["setof"] === true) return "tested";
  const names = listOf(typeName["names"]).map(stringOf);
  const [schema, name] = names.length === 1 ? ["pg_catalog", names[0]] : names;
  if (schema !== "pg_catalog" || name === undefined) return "tested";
  if (whole.has(name)) return listOf(typeName["typmods"]).length === 0 ? "carried" : "derived";
  return short.has(name) ? "derived" : "tested";
}
