import type { ParsedStatement, Verb } from "@sallyport/shared/statement";
import type { Decision } from "./decision.ts";
import type { PolicySubject } from "./policy-subject.ts";
import type { RuleTable } from "./rule-table.ts";

/**
 * Decides one statement: what cannot be read is denied, then what any rule denies, then what no rule allows.
 * Every verb must pass. Pure and total.
 */
export function decideStatement(
  parsed: ParsedStatement,
  table: RuleTable,
  subject: PolicySubject,
  version: string,
): Decision {
  const deny = (verb: Verb, because: string, rule?: string): Decision => {
    const code = verb === "unknown" ? "policy/unreadable" : "policy/denied";
    return { kind: "deny", code, rule, verb, because, version };
  };

  // a statement without verbs is one that nobody understood, and would otherwise pass every test below
  if (parsed.verbs.length === 0 || parsed.verbs.includes("unknown")) {
    return deny("unknown", parsed.unknownBecause ?? "The gateway does not know what this statement does.");
  }
  for (const verb of parsed.verbs) {
    const denied = table.denies.get(verb);
    if (denied !== undefined) return deny(verb, denied.because, denied.rule);
  }
  const rules: string[] = [];
  for (const verb of parsed.verbs) {
    const rule = table.allows.get(verb);
    if (rule === undefined)
      return deny(verb, `No rule allows ${verb} on ${subject.connection} for ${subject.principal.name}.`);
    rules.push(rule);
  }
  return { kind: "allow", rules, version };
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
