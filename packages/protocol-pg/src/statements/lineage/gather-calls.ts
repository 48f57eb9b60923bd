import type { CalledName, CalledNames } from "@sallyport/shared/lineage/relational";
import { isList, listOf, type TreeNode } from "../tree.ts";
import { powerOf } from "./call-manners.ts";
import { namesIn } from "./names.ts";

/** Operators by what the grammar makes of words. */
const impliedOperators: Readonly<Record<string, string>> = { AEXPR_DISTINCT: "=", AEXPR_NOT_DISTINCT: "=" };

/** Kinds of nodes that read something or do: none of them may be left out by whoever follows a statement. */
export const telling: ReadonlySet<string> = new Set(["SelectStmt", "SubLink", "ColumnRef", "FuncCall", "A_Expr"]);

/** Kinds of nodes to visit. */
export const gathered: ReadonlySet<string> = new Set([...telling, "SortBy", "TypeName", "CreateTrigStmt"]);

/** Gathers all that a statement calls, wherever it stands: defaults and checks of tables that it makes count too. */
export class CallGatherer {
  readonly telling: TreeNode[] = [];
  readonly #functions = new Map<string, CalledName>();
  readonly #operators = new Set<string>();
  readonly #types = new Set<string>();

  /** A node of the tree with the name of its kind, one of `gathered`. */
  visit(tag: string, node: TreeNode): void {
    if (telling.has(tag)) this.telling.push(node);
    switch (tag) {
      case "FuncCall":
        this.#called(namesIn(node["funcname"]), listOf(node["args"]).length);
        break;
      case "A_Expr":
        this.#operators.add(impliedOperators[String(node["kind"])] ?? namesIn(node["name"]).at(-1) ?? "");
        break;
      case "SubLink":
        for (const operator of namesIn(node["operName"]).slice(-1)) this.#operators.add(operator);
        break;
      case "SortBy":
        for (const operator of namesIn(node["useOp"]).slice(-1)) this.#operators.add(operator);
        break;
      case "TypeName":
        if (isList(node["names"])) this.#types.add(namesIn(node["names"]).join("."));
        break;
      case "CreateTrigStmt":
        this.#called(namesIn(node["funcname"]), 0);
        break;
    }
  }

  /** How many different names are called. */
  get size(): number {
    return this.#functions.size + this.#operators.size + this.#types.size;
  }

  get calls(): CalledNames {
    return { functions: [...this.#functions.values()], operators: [...this.#operators], types: [...this.#types] };
  }

  #called(names: readonly string[], argumentCount: number): void {
    const name = names.at(-1);
    if (name === undefined) return;
    const schema = names.at(-2);
    const power = powerOf(schema, name, argumentCount);
    this.#functions.set(`${schema ?? ""}\0${name}\0${power}`, { schema, name, power });
  }
}
