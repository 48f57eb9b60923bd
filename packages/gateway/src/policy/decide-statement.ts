import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import type { ParsedStatement } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { holdsData } from "./catalog-tables.ts";
import type { CompiledAllow } from "./compile-rule.ts";
import { refuseCalls } from "./decide-calls.ts";
import { decideVerb, findDeny, reliable } from "./decide-verb.ts";
import type { Decision, Denial } from "./decision.ts";
import { objectlessVerbs } from "./objectless-verbs.ts";
import { planColumns } from "./plan-columns.ts";
import { planResult, smallestOf } from "./plan-result.ts";
import type { PolicySubject } from "./policy-subject.ts";
import type { RuleTable } from "./rule-table.ts";
import { sentence } from "./sentence.ts";

/**
 * Decides one statement: what cannot be read is denied, then what any rule denies, then what no rule allows, then what would show
 * masked values. Every verb must pass, for everything that it is about. Pure and total.
 */
export function decideStatement(
  parsed: ParsedStatement,
  table: RuleTable,
  subject: PolicySubject,
  version: string,
): Decision {
  const deny = (code: Denial["code"], verb: Verb, because: string, rule?: string): Decision => {
    return { kind: "deny", code, rule, verb, because, version };
  };
  const { verbs, lineage } = parsed;

  // a statement without verbs is one that nobody understood, and would otherwise pass every test below
  if (verbs.length === 0 || verbs.includes("unknown")) {
    const because = parsed.unknownBecause ?? "The gateway does not know what this statement does.";
    return deny("policy/unreadable", "unknown", because);
  }
  for (const verb of verbs) {
    const rule = findDeny(verb, lineage, table, subject);
    if (rule !== undefined)
      return deny("policy/denied", verb, rule.because ?? `Policy ${rule.policy} denies ${verb}.`, rule.id);
  }
  const rules: string[] = [];
  const by: CompiledAllow[] = [];
  for (const verb of verbs) {
    const verdict = decideVerb(verb, lineage, table, subject);
    if (verdict.kind === "refused") return deny(verdict.code, verb, verdict.because);
    rules.push(...verdict.rules);
    by.push(...verdict.by);
  }
  const hidden = hide(parsed, by, table, subject);
  if (hidden.kind === "refused") return deny(hidden.code, hidden.verb ?? mainVerb(verbs), hidden.because);
  return {
    kind: "allow",
    rules,
    version,
    ...hidden.outcome,
    statementsPerMinute: smallestOf(by, "statementsPerMinute"),
  };
}

/** Decides any statement while documents cannot be read. */
export function denyAsUnavailable(parsed: ParsedStatement): Decision {
  return {
    kind: "deny",
    code: "policy/unavailable",
    rule: undefined,
    verb: parsed.verbs[0] ?? "unknown",
    because: "Policy cannot be read at the moment, so nothing is allowed.",
    version: "none",
  };
}

type Hidden =
  | {
      readonly kind: "planned";
      readonly outcome: { readonly plan: ResultPlan | undefined; readonly masked: readonly string[] };
    }
  | {
      readonly kind: "refused";
      readonly code: "policy/denied" | "policy/unreadable";
      readonly verb?: Verb;
      readonly because: string;
    };

const STEERS = "This setting can make rows come in the order of values that you see masked.";

/** What of an allowed statement is not shown. */
function hide(parsed: ParsedStatement, by: readonly CompiledAllow[], table: RuleTable, subject: PolicySubject): Hidden {
  const { verbs, lineage } = parsed;
  const { masks } = table;
  if (parsed.steersPlans === true && masks.any && masks.inference !== "open")
    return { kind: "refused", code: "policy/denied", because: STEERS };
  const known = reliable(lineage);
  const touching = verbs.some((verb) => !objectlessVerbs.has(verb));
  if (known === undefined) {
    // where no objects are known at all, nothing looks into results either
    const unseen = masks.any || (masks.find.length > 0 && lineage === undefined);
    if (touching && unseen) return { kind: "refused", code: "policy/unreadable", because: describeUnseen(parsed) };
    return { kind: "planned", outcome: { plan: planResult(undefined, undefined, by, table), masked: [] } };
  }
  const uncalled = refuseCalls(known, verbs, table, subject);
  if (uncalled !== undefined) return { kind: "refused", code: "policy/denied", because: uncalled };
  if (!masks.any) return { kind: "planned", outcome: { plan: planResult(known, undefined, by, table), masked: [] } };
  const holding = known.accesses.find(holdsData);
  if (holding !== undefined) {
    const because = `Values of columns that you see masked may be in ${holding.schema}.${holding.name}.`;
    return { kind: "refused", code: "policy/denied", verb: holding.verb, because };
  }
  const masking = planColumns(known, masks, subject);
  if (masking.kind === "refused") return { kind: "refused", code: "policy/denied", because: masking.because };
  const { columns } = masking;
  const masked = (known.outputs ?? []).flatMap(({ name }, index) => (columns?.[index] === undefined ? [] : [name]));
  return { kind: "planned", outcome: { plan: planResult(known, columns, by, table), masked } };
}

function describeUnseen({ lineage }: ParsedStatement): string {
  const why = lineage?.unknownBecause ?? "The gateway does not know the objects of this database";
  return `${sentence(why)} So the statement cannot be followed, and columns that you see masked may be in it.`;
}

/** The verb that a refusal is about where it is about the whole. */
function mainVerb(verbs: readonly Verb[]): Verb {
  return verbs.find((verb) => !objectlessVerbs.has(verb)) ?? verbs[0] ?? "unknown";
}
