import type { Findings } from "./findings.ts";
import { hiddenPower } from "./hidden-power.ts";
import { addSettingChange } from "./settings.ts";
import { constantOf, isTreeNode, listOf, nodeOf, stringOf, type TreeNode } from "./tree.ts";

/** Parts of statements that mean something wherever they stand. */
export const partRules: Readonly<Record<string, (node: TreeNode, found: Findings) => void>> = {
  FuncCall(node, found) {
    const names = listOf(node["funcname"]);
    const name = stringOf(names.at(-1)) ?? "";
    const args = listOf(node["args"]);
    if (name === "set_config") addSetConfig(args, found);
    else found.add(...hiddenPower(stringOf(names.at(-2)), name, args.length));
  },
  /** FOR UPDATE, FOR SHARE and what lies between. */
  LockingClause: (_node, found) => found.add("lock"),
  /** `('/etc/passwd'::text).pg_read_file` is a function call in the notation of a field. */
  A_Indirection: (node, found) => addFieldNotation(listOf(node["indirection"]), 0, found),
  /** `t.f` may be f(t). */
  ColumnRef: (node, found) => addFieldNotation(listOf(node["fields"]), 1, found),
};

function addFieldNotation(fields: readonly unknown[], first: number, found: Findings): void {
  for (let at = first; at < fields.length; at++) {
    const name = stringOf(fields[at]);
    const verbs = name === undefined ? [] : hiddenPower(undefined, name, 1);
    if (verbs.length > 0) found.add(...verbs);
  }
}

/** SELECT set_config() is SET by another name. */
function addSetConfig(args: readonly unknown[], found: Findings): void {
  found.add("session");
  const setting = plainText(args[0]);
  if (typeof setting !== "string")
    found.refuse("The setting that set_config() changes must be written as a plain string.");
  else addSettingChange(setting, plainText(args[1]), found);
}

/** A string constant, also with a cast to text, which drivers add. Other casts can change what it says. */
function plainText(value: unknown): string | null | undefined {
  const cast = nodeOf("TypeCast", value);
  if (cast === undefined) return constantOf(value);
  const typeName = cast["typeName"];
  if (!isTreeNode(typeName) || typeName["arrayBounds"] !== undefined) return undefined;
  const names = listOf(typeName["names"]).map(stringOf).join(".");
  return names === "text" || names === "pg_catalog.text" ? constantOf(cast["arg"]) : undefined;
}
