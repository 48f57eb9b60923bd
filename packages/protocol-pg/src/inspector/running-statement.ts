import type { Flow } from "@sallyport/shared/lineage/lineage";
import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import type { Permit } from "@sallyport/shared/permit";
import type { SqlEffect } from "../statements/read-text.ts";
import type { ResolvedStatement } from "./resolved-statement.ts";

/** A statement on its way through the server: what carrying it out does to names, and the permit it runs under. */
export interface RunningStatement {
  readonly effect: SqlEffect;
  readonly permit: string;
  /** What becomes of its result; undefined: it passes as it comes. */
  readonly plan: ResultPlan | undefined;
  /** Whether checks that earlier statements have put off may be made by this one, such as those of deferred constraints. */
  readonly settles: boolean;
  /** The types of its result's columns, as far as they are those of columns of tables: data of COPY comes without. */
  readonly types: readonly (number | undefined)[] | undefined;
}

/** A statement that was let through, under the permit it got. */
export function runningStatement(
  { effect, verbs, lineage }: ResolvedStatement,
  permit: Permit | undefined,
): RunningStatement {
  const types = effect.kind === "copy-out" ? lineage?.outputs?.map(({ flow }) => typeOf(flow)) : undefined;
  return { effect, permit: permit?.id ?? "", plan: permit?.plan, settles: verbs.includes("transaction"), types };
}

/** Of a value that is a column's own. */
function typeOf(flow: Flow): number | undefined {
  const [source, ...more] = flow;
  return source?.manner === "same" && source.path.length === 0 && more.length === 0 ? source.column.type : undefined;
}
