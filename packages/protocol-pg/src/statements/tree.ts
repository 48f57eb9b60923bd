/** A node of a parse tree, or an untagged structure in one. Zero, false, empty and null fields are left out by libpg-query. */
export type TreeNode = Readonly<Record<string, unknown>>;

/** A node and the name of its kind, as libpg-query writes it: `{ "SelectStmt": { … } }`. */
export interface TaggedNode {
  readonly tag: string;
  readonly node: TreeNode;
}

export function isTreeNode(value: unknown): value is TreeNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Takes `{ Tag: node }` apart; undefined for anything else. */
export function untag(value: unknown): TaggedNode | undefined {
  if (!isTreeNode(value)) return undefined;
  for (const tag in value) {
    const node = value[tag];
    return isTreeNode(node) ? { tag, node } : undefined;
  }
  return undefined;
}

/** The node in `value` if it is of that kind. */
export function nodeOf(tag: string, value: unknown): TreeNode | undefined {
  const found = untag(value);
  return found?.tag === tag ? found.node : undefined;
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** A list field; empty when it was left out. */
export function listOf(value: unknown): readonly unknown[] {
  return isList(value) ? value : [];
}

/** A text field; undefined when it was left out. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** What a `String` node holds; its field is `str` up to 14 and `sval` from 15 on. */
export function stringOf(value: unknown): string | undefined {
  const node = nodeOf("String", value);
  return node === undefined ? undefined : (textOf(node["sval"]) ?? textOf(node["str"]) ?? "");
}

/** A constant in the form SQL would spell it, or null for NULL; undefined for everything that is not a plain constant. */
export function constantOf(value: unknown): string | null | undefined {
  const node = nodeOf("A_Const", value);
  if (node === undefined) return undefined;
  if (node["isnull"] === true) return null;
  const old = untag(node["val"]);
  if (old !== undefined) return oldConstant(old);
  if (isTreeNode(node["sval"])) return textOf(node["sval"]["sval"]) ?? "";
  if (isTreeNode(node["ival"])) return numberText(node["ival"]["ival"]);
  if (isTreeNode(node["fval"])) return textOf(node["fval"]["fval"]);
  if (isTreeNode(node["boolval"])) return node["boolval"]["boolval"] === true ? "true" : "false";
  return undefined;
}

/** A constant that is a number by its type, without a sign, as it is spelled. */
export function numberOf(value: unknown): string | undefined {
  const node = nodeOf("A_Const", value);
  const isNumber =
    isTreeNode(node?.["ival"]) ||
    isTreeNode(node?.["fval"]) ||
    /^(Integer|Float)$/.test(untag(node?.["val"])?.tag ?? "");
  return isNumber ? (constantOf(value) ?? undefined) : undefined;
}

/** Whether it is a constant that is a whole number by its type. */
export function isWholeNumber(value: unknown): boolean {
  const node = nodeOf("A_Const", value);
  if (node === undefined) return false;
  return untag(node["val"])?.tag === "Integer" || isTreeNode(node["ival"]);
}

/** Up to 14 the value is a node of its own. */
function oldConstant({ tag, node }: TaggedNode): string | null | undefined {
  if (tag === "Null") return null;
  if (tag === "String" || tag === "Float") return textOf(node["str"]) ?? "";
  if (tag === "Integer") return numberText(node["ival"]);
  return undefined;
}

function numberText(value: unknown): string {
  return typeof value === "number" ? String(value) : "0";
}
