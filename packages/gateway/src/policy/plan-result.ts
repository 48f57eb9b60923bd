import type { Lineage } from "@sallyport/shared/lineage/lineage";
import type { ColumnPlan, ResultLimits, ResultPlan } from "@sallyport/shared/masks/result-plan";
import type { CompiledAllow, RuleLimits } from "./compile-rule.ts";
import { maskedIn } from "./plan-columns.ts";
import { planByOrigin } from "./plan-by-origin.ts";
import type { MaskTable } from "./mask-table.ts";
import type { RuleTable } from "./rule-table.ts";

/** The plan of a statement that passes; undefined where its result passes as it comes. */
export function planResult(
  lineage: Lineage | undefined,
  columns: readonly (ColumnPlan | undefined)[] | undefined,
  by: readonly CompiledAllow[],
  { masks, maskKey }: RuleTable,
): ResultPlan | undefined {
  const limits = smallestLimits(by);
  const limited = limits.rows !== undefined || limits.bytes !== undefined || limits.timeoutMs !== undefined;
  const watched = masks.any && lineage !== undefined && lineage.accesses.length > 0;
  const masked = columns?.some((plan) => plan !== undefined) === true;
  if (!limited && !watched && !masked && masks.find.length === 0) return undefined;
  return {
    columns: masks.any ? columns : undefined,
    byOrigin: lineage === undefined ? () => undefined : planByOrigin(lineage, masks),
    find: masks.find,
    hidesTexts: lineage !== undefined && touchesMasked(lineage, masks),
    limits,
    key: maskKey,
  };
}

/** The smallest of what several rules set. */
export function smallestOf(rules: readonly CompiledAllow[], limit: keyof RuleLimits): number | undefined {
  const set = rules.flatMap(({ limits }) => limits[limit] ?? []);
  return set.length === 0 ? undefined : Math.min(...set);
}

function smallestLimits(by: readonly CompiledAllow[]): ResultLimits {
  return {
    rows: smallestOf(by, "rows"),
    bytes: smallestOf(by, "bytes"),
    timeoutMs: smallestOf(by, "timeoutMs"),
  };
}

/** Texts of errors may quote any column of a table, also one that the statement does not name. */
function touchesMasked({ accesses, outputs = [], uses, stored }: Lineage, masks: MaskTable): boolean {
  if (!masks.any) return false;
  const flows = [...outputs, ...uses, ...stored].map(({ flow }) => flow);
  return (
    flows.some((flow) => maskedIn(flow, masks).length > 0) ||
    accesses.some(({ relation }) => relation?.columns.some((column) => masks.of(column) !== undefined) === true)
  );
}
