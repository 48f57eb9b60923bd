import { claimAt } from "../login/claim-at.ts";
import type { PolicyDocument } from "../store/documents/policy.ts";
import { parseDuration } from "./duration.ts";
import { compileMasks, type CompiledMasks } from "./compile-masks.ts";
import { compileRule, speaksOfObjects, type CompiledRule } from "./compile-rule.ts";
import { matchesAny } from "./pattern.ts";
import type { PolicySubject } from "./policy-subject.ts";
import { compileWhen, type When } from "./when.ts";

/** A policy document made ready for asking. */
export interface CompiledPolicy {
  readonly name: string;
  /** Whether `who` and `where` hold. Fixed for a session, unlike `when`. */
  concerns(subject: PolicySubject): boolean;
  readonly when: When;
  readonly rules: readonly CompiledRule[];
  readonly masks: CompiledMasks;
  /** Whether it cannot be asked without knowing what a statement touches. */
  readonly needsObjects: boolean;
  readonly maxMs: number | undefined;
  readonly idleMs: number | undefined;
}

type SubjectTest = (subject: PolicySubject) => boolean;

/** Reads a policy document that its schema has checked. */
export function compilePolicy(document: PolicyDocument): CompiledPolicy {
  const tests = [...whoTests(document.who), ...whereTests(document.where)];
  const rules = document.rules.map((rule, index) => compileRule(document.policy, index + 1, rule));
  const masks = compileMasks(document);
  return {
    name: document.policy,
    concerns: (subject) => tests.every((test) => test(subject)),
    when: compileWhen(document.when),
    rules,
    masks,
    needsObjects: masks.columns.length > 0 || masks.find.length > 0 || rules.some(speaksOfObjects),
    maxMs: readLimit(document.session?.max),
    idleMs: readLimit(document.session?.idle),
  };
}

function* whoTests(who: PolicyDocument["who"]): Generator<SubjectTest> {
  const { principals, groups, kinds, claims } = who;
  if (principals !== undefined) {
    const names = matchesAny(principals);
    yield (subject) => names(subject.principal.name);
  }
  if (groups !== undefined) yield (subject) => subject.principal.groups.some((group) => groups.includes(group));
  if (kinds !== undefined) yield (subject) => kinds.includes(subject.principal.kind);
  for (const [path, wanted] of Object.entries(claims ?? {})) {
    yield (subject) => {
      const found = claimAt(subject.principal.claims, path);
      return Array.isArray(found) ? found.includes(wanted) : found === wanted;
    };
  }
}

function* whereTests(where: PolicyDocument["where"]): Generator<SubjectTest> {
  const connections = matchesAny(where.connections);
  yield (subject) => connections(subject.connection);
  if (where.databases !== undefined) {
    const databases = matchesAny(where.databases);
    yield (subject) => subject.database !== undefined && databases(subject.database);
  }
}

function readLimit(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text);
}
