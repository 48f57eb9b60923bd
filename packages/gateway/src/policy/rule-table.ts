import type { Verb } from "@sallyport/shared/statement";
import type { CompiledPolicy } from "./compile-policy.ts";

/** Per verb, the first rule that allows and the first that denies it; first by the policies' names, then by number. */
export interface RuleTable {
  readonly allows: ReadonlyMap<Verb, string>;
  readonly denies: ReadonlyMap<Verb, { readonly rule: string; readonly because: string }>;
}

/** Lays the rules of all policies that apply beside each other: none is stronger by its place. */
export function createRuleTable(policies: readonly CompiledPolicy[]): RuleTable {
  const allows = new Map<Verb, string>();
  const denies = new Map<Verb, { rule: string; because: string }>();
  for (const policy of policies.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const rule of policy.rules) {
      for (const verb of rule.verbs) {
        if (rule.effect === "allow") {
          if (!allows.has(verb)) allows.set(verb, rule.id);
        } else if (!denies.has(verb)) {
          denies.set(verb, {
            rule: rule.id,
            because: rule.because ?? `Policy ${policy.name} denies ${verb}.`,
          });
        }
      }
    }
  }
  return { allows, denies };
}
