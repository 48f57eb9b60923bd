import type { StatementFact } from "@sallyport/shared/lineage/lineage";
import { verbs, type Verb } from "@sallyport/shared/verb";
import type { AllowRule, DenyRule } from "../store/documents/policy-rule.ts";
import { parseDuration } from "./duration.ts";
import { compileFunctionPattern, compileRelationPattern, type RelationPattern } from "./name-pattern.ts";
import { matchesAny } from "./pattern.ts";
import { parseSize } from "./size.ts";

/** Limits of one rule, or the smallest of several; undefined where none is set. */
export interface RuleLimits {
  readonly rows: number | undefined;
  readonly bytes: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly statementsPerMinute: number | undefined;
  readonly sessions: number | undefined;
}

type RuleName = Pick<CompiledRule, "id" | "policy">;

interface RuleOf<Effect extends string> {
  /** `policy#number`, counted from 1 as a reader of the document would. */
  readonly id: string;
  readonly policy: string;
  readonly effect: Effect;
  /** With `*` written out. */
  readonly verbs: readonly Verb[];
  /** Undefined: whatever they are about. */
  readonly on: readonly RelationPattern[] | undefined;
  /** Whether a column of this name is meant; undefined: whatever columns. */
  readonly columns: ((name: string) => boolean) | undefined;
}

/** A rule that allows. */
export interface CompiledAllow extends RuleOf<"allow"> {
  readonly except: readonly RelationPattern[];
  /** The functions that it lets be called; undefined where it does not speak of any. */
  readonly functions: ((schema: string, name: string) => boolean) | undefined;
  readonly limits: RuleLimits;
}

/** A rule that denies. */
export interface CompiledDeny extends RuleOf<"deny"> {
  /** It denies only if one of them holds; undefined: always. */
  readonly facts: readonly StatementFact[] | undefined;
  readonly because: string | undefined;
}

export type CompiledRule = CompiledAllow | CompiledDeny;

/** Reads one entry of `rules` that its document's schema has checked. */
export function compileRule(policy: string, number: number, rule: AllowRule | DenyRule): CompiledRule {
  const named = { id: `${policy}#${number}`, policy };
  return "deny" in rule ? compileDeny(named, rule) : compileAllow(named, rule);
}

/** Whether what a statement touches matters to a rule, so that it cannot be asked without a catalog. */
export function speaksOfObjects(rule: CompiledRule): boolean {
  if (isScoped(rule)) return true;
  return rule.effect === "allow" ? rule.functions !== undefined : rule.facts !== undefined;
}

/** Whether a rule is about some tables or columns only. */
export function isScoped(rule: CompiledRule): boolean {
  const excepting = rule.effect === "allow" && rule.except.length > 0;
  return rule.on !== undefined || rule.columns !== undefined || excepting;
}

function compileDeny(named: RuleName, rule: DenyRule): CompiledDeny {
  return {
    ...named,
    effect: "deny",
    verbs: writtenOut(rule.deny),
    on: rule.on?.map(compileRelationPattern),
    columns: rule.columns === undefined ? undefined : matchesAny(rule.columns),
    facts: rule.if,
    because: rule.because,
  };
}

function compileAllow(named: RuleName, rule: AllowRule): CompiledAllow {
  const functions = rule.functions?.map(compileFunctionPattern);
  return {
    ...named,
    effect: "allow",
    verbs: writtenOut(rule.allow),
    on: rule.on?.map(compileRelationPattern),
    except: rule.except?.map(compileRelationPattern) ?? [],
    columns: columnsOf(rule),
    functions:
      functions === undefined ? undefined : (schema, name) => functions.some((matches) => matches(schema, name)),
    limits: {
      rows: rule.limit?.rows,
      bytes: rule.limit?.bytes === undefined ? undefined : parseSize(rule.limit.bytes),
      timeoutMs: rule.limit?.timeout === undefined ? undefined : parseDuration(rule.limit.timeout),
      statementsPerMinute: rule.limit?.statementsPerMinute,
      sessions: rule.limit?.sessions,
    },
  };
}

function columnsOf({ columns, exceptColumns }: AllowRule): ((name: string) => boolean) | undefined {
  if (columns === undefined && exceptColumns === undefined) return undefined;
  const [named, excepted] = [matchesAny(columns ?? ["*"]), matchesAny(exceptColumns ?? [])];
  return (name) => named(name) && !excepted(name);
}

function writtenOut(listed: readonly (Verb | "*")[]): readonly Verb[] {
  return verbs.filter((verb) => verb !== "unknown" && (listed.includes("*") || listed.includes(verb)));
}
