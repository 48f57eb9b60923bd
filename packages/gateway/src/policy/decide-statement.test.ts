import { verbs, type Verb } from "@sallyport/shared/verb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyDocument } from "../store/documents/policy.ts";
import { compilePolicy } from "./compile-policy.ts";
import { decideStatement } from "./decide-statement.ts";
import type { Decision } from "./decision.ts";
import { createRuleTable } from "./rule-table.ts";

type Rule = PolicyDocument["rules"][number];

const principal = { name: "bob", kind: "human", groups: [], claims: {} } as const;
const subject = { principal, connection: "shop", database: undefined };

const ruleVerb = fc.constantFrom("*" as const, ...verbs.filter((verb) => verb !== "unknown"));
const verbList = fc.array(ruleVerb, { minLength: 1, maxLength: 4 });
const rule: fc.Arbitrary<Rule> = fc.oneof(fc.record({ allow: verbList }), fc.record({ deny: verbList }));
const rulesOfPolicies = fc.array(fc.array(rule, { minLength: 1, maxLength: 4 }), { maxLength: 4 });
const statementVerbs = fc.uniqueArray(fc.constantFrom(...verbs), { minLength: 1, maxLength: 4 });

function documents(rules: readonly Rule[][]): readonly PolicyDocument[] {
  return rules.map((list, index) => ({
    policy: `p${index}`,
    who: { principals: ["*"] },
    where: { connections: ["*"] },
    rules: list,
  }));
}

function decide(policies: readonly PolicyDocument[], asked: readonly Verb[]): Decision {
  const table = createRuleTable(policies.map(compilePolicy), undefined, Buffer.alloc(32));
  return decideStatement({ text: "…", verbs: asked }, table, subject, "v");
}

describe("decideStatement", () => {
  it("allows exactly what each verb is allowed and none is denied", () => {
    const names = (listed: readonly (Verb | "*")[], verb: Verb): boolean =>
      listed.includes("*") || listed.includes(verb);
    fc.assert(
      fc.property(rulesOfPolicies, statementVerbs, (rules, asked) => {
        const all = rules.flat();
        const expected = asked.every(
          (verb) =>
            verb !== "unknown" &&
            all.some((one) => "allow" in one && names(one.allow, verb)) &&
            !all.some((one) => "deny" in one && names(one.deny, verb)),
        );
        expect(decide(documents(rules), asked).kind).toBe(expected ? "allow" : "deny");
      }),
    );
  });

  it("never allows more for a deny rule that is added", () => {
    fc.assert(
      fc.property(rulesOfPolicies, verbList, fc.nat(), statementVerbs, (rules, deny, place, asked) => {
        const more = rules.map((list, index) => (index === place % rules.length ? [{ deny }, ...list] : list));
        const before = decide(documents(rules), asked);
        expect(decide(documents([...more, [{ deny }]]), asked).kind === "allow" && before.kind === "deny").toBe(false);
      }),
    );
  });

  it("does not depend on the order of policies, and its kind not on that of rules", () => {
    fc.assert(
      fc.property(rulesOfPolicies, statementVerbs, (rules, asked) => {
        const policies = documents(rules);
        const decision = decide(policies, asked);
        expect(decide(policies.toReversed(), asked)).toEqual(decision);
        const turned = policies.map((document) => ({
          ...document,
          rules: document.rules.toReversed(),
        }));
        expect(decide(turned, asked).kind).toBe(decision.kind);
      }),
    );
  });

  it("never allows what is unknown", () => {
    fc.assert(
      fc.property(rulesOfPolicies, statementVerbs, (rules, asked) => {
        expect(decide(documents([...rules, [{ allow: ["*"] }]]), [...asked, "unknown"])).toMatchObject({
          kind: "deny",
          code: "policy/unreadable",
        });
      }),
    );
  });
});
