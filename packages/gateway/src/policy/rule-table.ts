import type { Verb } from "@sallyport/shared/verb";
import type { CompiledPolicy } from "./compile-policy.ts";
import type { CompiledAllow, CompiledDeny } from "./compile-rule.ts";
import { createMaskTable, type MaskTable } from "./mask-table.ts";

/** The rules of all policies that apply, per verb; by the policies' names, then by number. */
export interface RuleTable {
  readonly allows: ReadonlyMap<Verb, readonly CompiledAllow[]>;
  readonly denies: ReadonlyMap<Verb, readonly CompiledDeny[]>;
  /** Every rule that allows, whatever its verbs. */
  readonly allowing: readonly CompiledAllow[];
  /** Whether any of it asks what a statement touches. */
  readonly needsObjects: boolean;
  readonly masks: MaskTable;
  /** The key of `hash`. */
  readonly maskKey: Buffer;
}

/** Lays the rules of all policies that apply beside each other: none is stronger by its place. */
export function createRuleTable(
  policies: readonly CompiledPolicy[],
  database: string | undefined,
  maskKey: Buffer,
): RuleTable {
  const allows = new Map<Verb, CompiledAllow[]>();
  const denies = new Map<Verb, CompiledDeny[]>();
  const sorted = policies.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rules = sorted.flatMap((policy) => policy.rules);
  for (const rule of rules) {
    for (const verb of rule.verbs) {
      if (rule.effect === "allow") listOf(allows, verb).push(rule);
      else listOf(denies, verb).push(rule);
    }
  }
  return {
    allows,
    denies,
    allowing: rules.filter((rule) => rule.effect === "allow"),
    needsObjects: policies.some((policy) => policy.needsObjects),
    masks: createMaskTable(
      sorted.map((policy) => policy.masks),
      database,
    ),
    maskKey,
  };
}

function listOf<Rule>(lists: Map<Verb, Rule[]>, verb: Verb): Rule[] {
  const list = lists.get(verb) ?? [];
  lists.set(verb, list);
  return list;
}
