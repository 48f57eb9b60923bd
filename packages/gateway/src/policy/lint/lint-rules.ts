import type { Verb } from "@sallyport/shared/verb";
import type { AllowRule, DenyRule } from "../../store/documents/policy-rule.ts";
import type { PolicyDocument } from "../../store/documents/policy.ts";
import { objectlessVerbs } from "../objectless-verbs.ts";
import type { Finding } from "./finding.ts";
import { allCovered, patternCovers, wordCovers } from "./pattern-covers.ts";

const everything = ["*.*"];

/** Finds rules of a policy that can never match. */
export function lintRules({ policy, rules }: PolicyDocument): readonly Finding[] {
  const find = (path: string, sentence: string): Finding => ({ policy, path, sentence });
  return rules.flatMap((rule, index) => {
    const path = `rules[${index}]`;
    if ("deny" in rule) return lintDeny(rule).map((sentence) => find(path, sentence));
    return [
      ...lintExcept(rule).map(({ key, sentence }) => find(`${path}${key}`, sentence)),
      ...lintShadow(rule, index, rules).map((sentence) => find(path, sentence)),
    ];
  });
}

function lintDeny({ deny, on, columns }: DenyRule): readonly string[] {
  if (on === undefined && columns === undefined) return [];
  const aboutNothing = deny.every((verb) => verb !== "*" && verb !== "explain" && objectlessVerbs.has(verb));
  return aboutNothing ? [`can never deny anything: ${deny.join(", ")} are about no table.`] : [];
}

function lintExcept({ on = everything, except = [], columns = ["*"], exceptColumns = [] }: AllowRule) {
  const dead = on.filter((pattern) => except.some((excepted) => patternCovers(excepted, pattern)));
  if (dead.length === on.length)
    return [{ key: "", sentence: "can never allow anything: all that it is about is excepted." }];
  const found = dead.map((pattern) => ({ key: `.on[${on.indexOf(pattern)}]`, sentence: "is excepted as a whole." }));
  if (!allCovered(exceptColumns, columns, wordCovers)) return found;
  return [...found, { key: "", sentence: "can never allow anything: all its columns are excepted." }];
}

function lintShadow(rule: AllowRule, index: number, rules: PolicyDocument["rules"]): readonly string[] {
  const denied = rule.allow.map((verb) => rules.findIndex((other) => "deny" in other && deniesAll(other, verb, rule)));
  if (denied.every((by) => by !== -1)) {
    const by = [...new Set(denied)].map((at) => `rule ${at + 1}`).join(" and ");
    return [`can never allow anything: ${by} of the same policy denies all of it.`];
  }
  const named = rule.allow.flatMap((verb, at) => {
    const by = denied[at] ?? -1;
    return by === -1 ? [] : [`can never allow ${verb}: rule ${by + 1} of the same policy denies it.`];
  });
  const wider = rules.findIndex((other, at) => at !== index && "allow" in other && allowsAll(other, rule, at < index));
  return wider === -1 ? named : [...named, `adds nothing: rule ${wider + 1} of the same policy allows all of it.`];
}

/** Whether a rule denies a verb for all that another one allows it for. */
function deniesAll(rule: DenyRule, verb: Verb | "*", { on = everything }: AllowRule): boolean {
  if (rule.if !== undefined || rule.columns !== undefined || !names(rule.deny, verb)) return false;
  return rule.on === undefined || allCovered(rule.on, on);
}

/** Whether a rule allows all that another one does; of two that are alike the earlier one counts. */
function allowsAll(wide: AllowRule, narrow: AllowRule, isEarlier: boolean): boolean {
  const restricted = wide.except ?? wide.columns ?? wide.exceptColumns;
  if (restricted !== undefined || narrow.functions !== undefined || narrow.limit !== undefined) return false;
  if (!narrow.allow.every((verb) => names(wide.allow, verb))) return false;
  if (wide.on !== undefined && !(narrow.on !== undefined && allCovered(wide.on, narrow.on))) return false;
  return isEarlier || !allowsAll(narrow, wide, true);
}

function names(list: readonly (Verb | "*")[], verb: Verb | "*"): boolean {
  return list.includes("*") || list.includes(verb);
}
