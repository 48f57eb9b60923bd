import type { Access, Lineage } from "@sallyport/shared/lineage/lineage";
import type { Verb } from "@sallyport/shared/verb";
import { isHarmless } from "./catalog-tables.ts";
import { isScoped, type CompiledAllow, type CompiledDeny } from "./compile-rule.ts";
import { objectlessVerbs } from "./objectless-verbs.ts";
import type { PolicySubject } from "./policy-subject.ts";
import { columnsBeyond, coversRelation, deniesAccess, factsHold } from "./rule-covers.ts";
import type { RuleTable } from "./rule-table.ts";
import { sentence } from "./sentence.ts";

/** What allows a verb of a statement, or why nothing does. */
export type VerbVerdict =
  | {
      readonly kind: "allowed";
      /** The first rule for each thing that the verb is about. */
      readonly rules: readonly string[];
      /** All rules that allow it: their limits count together. */
      readonly by: readonly CompiledAllow[];
    }
  | {
      readonly kind: "refused";
      readonly code: "policy/denied" | "policy/unreadable";
      readonly because: string;
    };

/** The lineage that decisions may rest on. */
export function reliable(lineage: Lineage | undefined): Lineage | undefined {
  return lineage?.unknownBecause === undefined ? lineage : undefined;
}

/** The first rule that denies a verb of a statement. What the rule asks and nobody can tell counts as if it were so. */
export function findDeny(
  verb: Verb,
  lineage: Lineage | undefined,
  table: RuleTable,
  subject: PolicySubject,
): CompiledDeny | undefined {
  const known = reliable(lineage);
  const objectless = objectlessVerbs.has(verb);
  const facts = known?.facts ?? (objectless ? (lineage?.facts ?? []) : undefined);
  return table.denies.get(verb)?.find((rule) => {
    if (!factsHold(rule, facts)) return false;
    if (!isScoped(rule)) return true;
    // what is explained is denied as what explains it; the other objectless verbs are about no table that could be meant
    if (objectless && verb !== "explain") return false;
    if (known === undefined || !(objectless || known.located.includes(verb))) return true;
    const accesses = objectless ? known.accesses : known.accesses.filter((access) => access.verb === verb);
    return accesses.some((access) => deniesAccess(rule, access, subject.database));
  });
}

/** Finds what allows a verb of a statement: for each table that it is about, a rule that means it. */
export function decideVerb(
  verb: Verb,
  lineage: Lineage | undefined,
  table: RuleTable,
  subject: PolicySubject,
): VerbVerdict {
  const rules = table.allows.get(verb) ?? [];
  if (rules.length === 0) return refused(`No rule allows ${verb} on ${where(subject)}.`);
  if (objectlessVerbs.has(verb)) return allowed(rules);
  const known = reliable(lineage);
  if (known?.located.includes(verb) === true) {
    return decideAccesses(
      known.accesses.filter((access) => access.verb === verb),
      rules,
      subject,
    );
  }
  const unscoped = rules.filter((rule) => !isScoped(rule) && (known !== undefined || rule.functions === undefined));
  if (unscoped.length > 0) return allowed(unscoped);
  if (known !== undefined)
    return refused(
      `No rule allows ${verb} of everything on ${where(subject)}, and it cannot be told what this is about.`,
    );
  const why = lineage?.unknownBecause ?? "The gateway does not know the objects of this database.";
  return {
    kind: "refused",
    code: "policy/unreadable",
    because: `${sentence(why)} Only what is known can be matched with the rules for ${verb}.`,
  };
}

function decideAccesses(
  accesses: readonly Access[],
  rules: readonly CompiledAllow[],
  subject: PolicySubject,
): VerbVerdict {
  if (accesses.length === 0) return allowed(rules);
  const by = new Set<CompiledAllow>();
  const first = new Set<string>();
  for (const access of accesses) {
    if (isHarmless(access)) {
      // for everybody who reads at all, and under nobody's limits
      for (const { id } of rules.slice(0, 1)) first.add(id);
      continue;
    }
    const covering = rules.filter((rule) => coversRelation(rule, access, subject.database));
    const matching = covering.filter((rule) => columnsBeyond(rule, access)?.length === 0);
    const [chosen] = matching;
    if (chosen === undefined) return refused(describeLack(access, covering, subject));
    first.add(chosen.id);
    for (const rule of matching) by.add(rule);
  }
  return { kind: "allowed", rules: [...first], by: [...by] };
}

function describeLack(access: Access, covering: readonly CompiledAllow[], subject: PolicySubject): string {
  const table = `${access.schema}.${access.name}`;
  const [closest] = covering;
  const columns = closest === undefined ? undefined : columnsBeyond(closest, access)?.slice(0, 5);
  const what = columns === undefined || columns.length === 0 ? table : `${columns.join(", ")} of ${table}`;
  return `No rule allows ${access.verb} of ${what} on ${where(subject)}.`;
}

function where({ connection, principal }: PolicySubject): string {
  return `${connection} for ${principal.name}`;
}

function allowed(rules: readonly CompiledAllow[]): VerbVerdict {
  return { kind: "allowed", rules: rules.slice(0, 1).map(({ id }) => id), by: rules };
}

function refused(because: string): VerbVerdict {
  return { kind: "refused", code: "policy/denied", because };
}
