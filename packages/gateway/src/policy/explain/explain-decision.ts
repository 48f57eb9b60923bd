import type { Lineage, Manner, StatementFact } from "@sallyport/shared/lineage/lineage";
import type { Find } from "@sallyport/shared/masks/mask";
import type { ResultLimits } from "@sallyport/shared/masks/result-plan";
import type { ParsedStatement } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { decideVerb, findDeny } from "../decide-verb.ts";
import { decideStatement } from "../decide-statement.ts";
import { columnName, planOutput } from "../plan-columns.ts";
import type { PolicySubject } from "../policy-subject.ts";
import type { RuleTable } from "../rule-table.ts";
import { maskWord, maskWords } from "./mask-words.ts";

/** One verb of a statement, and what rules say to it. */
export interface ExplainedVerb {
  readonly verb: Verb;
  readonly verdict: "allowed" | "denied";
  /** The rules that allow it, or the one that denies it; none where nothing matches. */
  readonly rules: readonly string[];
  readonly because: string | undefined;
}

/** A column that a value comes from, what became of it on its way, and how policy shows it. */
export interface ExplainedSource {
  readonly column: string;
  readonly path: readonly string[];
  readonly manner: Manner;
  readonly mask: string | undefined;
}

/** A column of a result. */
export interface ExplainedOutput {
  readonly name: string;
  readonly sources: readonly ExplainedSource[];
  /** How it is shown; undefined: as it is. */
  readonly mask: string | undefined;
}

/** A table that a statement touches; columns left out where it is about the whole. */
export interface ExplainedRelation {
  readonly verb: Verb;
  readonly name: string;
  readonly columns: readonly string[] | undefined;
}

/** All that went into a decision, in words that serialize. */
export interface Explanation {
  readonly text: string;
  readonly decision: "allow" | "deny";
  /** Why it is refused. */
  readonly because: string | undefined;
  readonly version: string;
  readonly verbs: readonly ExplainedVerb[];
  readonly relations: readonly ExplainedRelation[];
  /** Undefined where the result has no columns of tables. */
  readonly outputs: readonly ExplainedOutput[] | undefined;
  /** What is sought in every text of the result, and how it is shown. */
  readonly finds: readonly { readonly what: string; readonly mask: string }[];
  readonly calls: readonly string[];
  readonly facts: readonly StatementFact[];
  /** Undefined where nothing is limited. */
  readonly limits: (ResultLimits & { readonly statementsPerMinute: number | undefined }) | undefined;
  /** Why what it touches is not known; undefined: it is. */
  readonly unknownBecause: string | undefined;
}

/** Says of a statement all that its decision rests on. It decides by the same functions, so that it cannot say otherwise. Pure. */
export function explainDecision(
  parsed: ParsedStatement,
  table: RuleTable,
  subject: PolicySubject,
  version: string,
): Explanation {
  const { lineage } = parsed;
  const decision = decideStatement(parsed, table, subject, version);
  const limited =
    decision.kind === "allow" && (decision.plan !== undefined || decision.statementsPerMinute !== undefined);
  return {
    text: parsed.text,
    decision: decision.kind,
    because: decision.kind === "deny" ? decision.because : undefined,
    version,
    verbs: parsed.verbs.map((verb) => explainVerb(verb, parsed, table, subject)),
    relations:
      lineage?.accesses.map(({ verb, schema, name, columns }) => ({ verb, name: `${schema}.${name}`, columns })) ?? [],
    outputs: lineage === undefined ? undefined : explainOutputs(lineage, table, subject),
    finds: decision.kind === "allow" ? (decision.plan?.find ?? []).map(explainFind) : [],
    calls: lineage?.calls.map(({ schema, name }) => `${schema}.${name}`) ?? [],
    facts: lineage?.facts ?? [],
    limits: limited ? limitsOf(decision) : undefined,
    unknownBecause: parsed.unknownBecause ?? (lineage === undefined ? "No objects are known." : lineage.unknownBecause),
  };
}

function explainVerb(
  verb: Verb,
  { lineage }: ParsedStatement,
  table: RuleTable,
  subject: PolicySubject,
): ExplainedVerb {
  const denied = findDeny(verb, lineage, table, subject);
  if (denied !== undefined) {
    const because = denied.because ?? `Policy ${denied.policy} denies ${verb}.`;
    return { verb, verdict: "denied", rules: [denied.id], because };
  }
  const verdict = decideVerb(verb, lineage, table, subject);
  if (verdict.kind === "refused") return { verb, verdict: "denied", rules: [], because: verdict.because };
  return { verb, verdict: "allowed", rules: verdict.rules, because: undefined };
}

function explainOutputs(
  { outputs }: Lineage,
  { masks }: RuleTable,
  subject: PolicySubject,
): readonly ExplainedOutput[] | undefined {
  return outputs?.map((output) => ({
    name: output.name,
    sources: output.flow.map((source) => ({
      column: columnName(source.column, subject),
      path: source.path,
      manner: source.manner,
      mask: maskWords(masks.ofSource(source)),
    })),
    mask: maskWords(planOutput(output, masks)),
  }));
}

function explainFind({ detector, mask }: Find): Explanation["finds"][number] {
  return { what: typeof detector === "string" ? detector : detector.pattern, mask: maskWord(mask) };
}

function limitsOf({ plan, statementsPerMinute }: Allowed): Explanation["limits"] {
  const { rows, bytes, timeoutMs } = plan?.limits ?? {};
  const limits = { rows, bytes, timeoutMs, statementsPerMinute };
  return Object.values(limits).every((limit) => limit === undefined) ? undefined : limits;
}

type Allowed = Extract<ReturnType<typeof decideStatement>, { readonly kind: "allow" }>;
