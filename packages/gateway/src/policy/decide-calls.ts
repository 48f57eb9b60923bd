import type { Lineage } from "@sallyport/shared/lineage/lineage";
import type { Verb } from "@sallyport/shared/verb";
import { isScoped } from "./compile-rule.ts";
import type { PolicySubject } from "./policy-subject.ts";
import type { RuleTable } from "./rule-table.ts";

/**
 * Why a function may not be called; undefined where all may. What somebody's code reads and writes is not known, so a rule must name it, unless
 * rules of verbs alone let the principal do to everything what the statement does.
 */
export function refuseCalls(
  { calls }: Lineage,
  verbs: readonly Verb[],
  table: RuleTable,
  subject: PolicySubject,
): string | undefined {
  const unnamed = calls.find(
    ({ schema, name }) => !table.allowing.some(({ functions }) => functions?.(schema, name) === true),
  );
  if (unnamed === undefined) return undefined;
  const everything = verbs.every((verb) =>
    table.allows.get(verb)?.some((rule) => !isScoped(rule) && rule.functions === undefined),
  );
  if (everything && !table.masks.any) return undefined;
  return `No rule allows the function ${unnamed.schema}.${unnamed.name} on ${subject.connection} for ${subject.principal.name}.`;
}
