import type { Flow, Lineage, Use } from "@sallyport/shared/lineage/lineage";
import type { ColumnPlan, ResultPlan } from "@sallyport/shared/masks/result-plan";
import { describe, expect, it } from "vitest";
import type { Decision } from "./decision.ts";
import { access, columnOf, from, output, ownAccess, statement, table } from "./testing/lineage-builders.ts";
import { viewOfRules } from "./testing/view-of-rules.ts";

const customers = table("public.customers", ["id", "name", "email", "mail2", "phone", "profile"]);
const orders = table("public.orders", ["id", "email"]);
const parent = table("public.people", ["id", "secret"]);
const partition = table("old.people_1", ["id", "secret"], { ancestors: [parent] });
const view = table("public.mails", ["address"], { kind: "view" });
const attribute = table("pg_catalog.pg_attribute", ["attname", "attmissingval"], { kind: "catalog" });

const policy = `
rules: [{ allow: ["*"] }]
masks:
  - columns: [public.customers.email, "public.customers.mail*", "shop.public.people.secret"]
    with: email
  - columns: [public.customers.phone]
    with: { partial: 2 }
  - columns: [public.customers.profile]
    at: ["$.tax_id", "$.contacts[*].mail"]
    with: redact
  - columns: [public.mails.address]
    with: format
`;

const email: ColumnPlan = { kind: "whole", mask: { kind: "email" } };
const redact: ColumnPlan = { kind: "whole", mask: { kind: "redact" } };
const parts: ColumnPlan = {
  kind: "parts",
  parts: [
    { path: ["tax_id"], mask: { kind: "redact" } },
    { path: ["contacts", "*", "mail"], mask: { kind: "redact" } },
  ],
};

function decide(what: Partial<Lineage>, more = ""): Decision {
  return viewOfRules(policy + more).decide(statement(["read"], { accesses: [access("read", customers, [])], ...what }));
}

function planOf(decision: Decision): ResultPlan {
  if (decision.kind === "deny") throw new Error(decision.because);
  if (decision.plan === undefined) throw new Error("there is no plan");
  return decision.plan;
}

function shown(...flow: Flow): ColumnPlan | undefined | string {
  const decision = decide({ outputs: [output("it", ...flow)] });
  return decision.kind === "deny" ? decision.because : planOf(decision).columns?.[0];
}

describe("a column of a result", () => {
  it.each<[string, Flow, ColumnPlan | undefined]>([
    ["of no table", [], undefined],
    ["not masked", [from(customers, "name")], undefined],
    ["masked", [from(customers, "email")], email],
    ["by the database's name", [from(parent, "secret")], email],
    ["of a partition whose parent is masked", [from(partition, "secret")], email],
    ["of two masked alike", [from(customers, "email"), from(customers, "mail2")], email],
    ["of two masked otherwise", [from(customers, "email"), from(customers, "phone")], redact],
    ["of a masked one and another", [from(customers, "email"), from(customers, "name")], redact],
    ["derived", [from(customers, "email", "derived")], redact],
    ["derived from two", [from(customers, "email"), from(customers, "mail2", "derived")], redact],
    ["JSON as it is", [from(customers, "profile")], parts],
    ["JSON worked into another value", [from(customers, "profile", "derived")], redact],
    ["a part that is not masked", [from(customers, "profile", "derived", ["city"])], undefined],
    ["a masked part", [from(customers, "profile", "derived", ["tax_id"])], redact],
    ["what holds a masked part", [from(customers, "profile", "same", ["contacts"])], redact],
    ["what lies in a masked part", [from(customers, "profile", "derived", ["contacts", "0", "mail", "x"])], redact],
    ["beside a masked part", [from(customers, "profile", "derived", ["contacts", "0", "kind"])], undefined],
    ["any element of a list", [from(customers, "profile", "derived", ["*", "*", "mail"])], redact],
    [
      "of a view masked by its own name",
      [{ ...from(customers, "name"), seenAs: [columnOf(view, "address")] }],
      { kind: "whole", mask: { kind: "format" } },
    ],
    [
      "masked otherwise by table and view",
      [{ ...from(customers, "email"), seenAs: [columnOf(view, "address")] }],
      redact,
    ],
    [
      "what older rows have of a new column",
      [from(attribute, "attmissingval")],
      { kind: "whole", mask: { kind: "null" } },
    ],
  ])("%s", (_, flow, plan) => {
    expect(shown(...flow)).toEqual(plan);
  });

  it("that would tell more than its value is refused, by the column's name", () => {
    expect(shown(from(customers, "name", "tested"))).toBe(undefined);
    expect(shown(from(customers, "email", "tested"))).toBe(
      "The statement would tell about shop.public.customers.email, which you see masked.",
    );
  });

  it("is named in the decision where it is masked", () => {
    const outputs = [output("a", from(customers, "name")), output("b", from(customers, "email"))];
    expect(decide({ outputs })).toMatchObject({ kind: "allow", masked: ["b"], plan: { columns: [undefined, email] } });
  });
});

describe("masks that disagree", () => {
  it.each<[string, ColumnPlan]>([
    ["  - { columns: ['*.*.email'], with: email }", email],
    ["  - { columns: ['*.*.email'], with: hash }", redact],
    ["  - { columns: ['*.*.email'], at: [$.x], with: hash }", email],
  ])("with %s", (more, plan) => {
    const decision = decide({ outputs: [output("it", from(customers, "email"))] }, more);
    expect(planOf(decision).columns).toEqual([plan]);
  });

  it.each<[string, string]>([
    ["  - { columns: [public.customers.profile], with: 'null' }", "whole"],
    ["  - { columns: [public.customers.profile], at: [$.a], with: 'null' }", "parts"],
  ])("on JSON with %s", (more, kind) => {
    expect(planOf(decide({ outputs: [output("it", from(customers, "profile"))] }, more)).columns).toMatchObject([
      { kind },
    ]);
  });
});

describe("what a masked column decides", () => {
  const masked = [from(customers, "email")];
  const use = (flow: Flow, how: Use["how"], ...against: readonly Flow[]): Use => ({
    flow,
    how,
    against: against.map((side) => ({ flow: side })),
  });

  it.each<[string, Use, Decision["kind"], Decision["kind"]]>([
    ["nothing masked", use([from(customers, "name")], "test"), "allow", "allow"],
    ["equality with what is spelled out", use(masked, "equality"), "deny", "allow"],
    ["equality of two masked", use(masked, "equality", [from(customers, "mail2")]), "deny", "allow"],
    ["equality with what is seen", use(masked, "equality", [from(orders, "email")]), "deny", "deny"],
    ["equality with a series", use(masked, "equality", []), "deny", "deny"],
    ["equality with both", use(masked, "equality", [from(customers, "mail2"), from(orders, "email")]), "deny", "deny"],
    ["equality of the other side alone", use([from(orders, "email")], "equality", masked), "deny", "deny"],
    ["equality of a changed value", use([from(customers, "email", "derived")], "equality"), "deny", "deny"],
    ["order", use(masked, "order"), "deny", "deny"],
    ["any other condition", use(masked, "test"), "deny", "deny"],
    ["a part that is not masked", use([from(customers, "profile", "derived", ["city"])], "test"), "allow", "allow"],
    ["a masked part", use([from(customers, "profile", "derived", ["tax_id"])], "equality"), "deny", "deny"],
  ])("%s", (_, one, none, equality) => {
    expect(decide({ uses: [one] }, "inference: none").kind).toBe(none);
    expect(decide({ uses: [one] }, "inference: equality").kind).toBe(equality);
    expect(decide({ uses: [one] }).kind).toBe(equality);
    expect(decide({ uses: [one] }, "inference: open").kind).toBe("allow");
  });

  it("under open, hides what was tested", () => {
    const outputs = [output("it", from(customers, "email", "tested"))];
    expect(planOf(decide({ outputs }, "inference: open")).columns).toEqual([redact]);
    expect(decide({ outputs }, "inference: none").kind).toBe("deny");
  });
});

describe("a value that is stored", () => {
  const stored = (flow: Flow): Partial<Lineage> => ({ stored: [{ schema: "public", name: "t", column: "a", flow }] });

  it("may not be masked, whatever may be inferred", () => {
    for (const inference of ["none", "equality", "open"])
      expect(decide(stored([from(customers, "email", "derived")]), `inference: ${inference}`)).toMatchObject({
        kind: "deny",
        because:
          "Masked values cannot be stored elsewhere: shop.public.customers.email, which you see masked, would go into public.t.a.",
      });
  });

  it("may be anything else", () => {
    expect(decide(stored([from(customers, "name")])).kind).toBe("allow");
    expect(decide(stored([from(customers, "profile", "derived", ["city"])])).kind).toBe("allow");
  });
});

describe("what cannot be followed", () => {
  it.each<[string, Partial<Lineage> | undefined, string]>([
    ["because nothing is known", undefined, "The gateway does not know the objects of this database."],
    ["because it is said so", { unknownBecause: "Rules rewrite it" }, "Rules rewrite it."],
  ])("is refused where columns are masked, %s", (_, what, because) => {
    expect(viewOfRules(policy).decide(statement(["session", "read"], what))).toMatchObject({
      kind: "deny",
      code: "policy/unreadable",
      verb: "read",
      because: `${because} So the statement cannot be followed, and columns that you see masked may be in it.`,
    });
  });

  it("passes where it is about no table", () => {
    expect(viewOfRules(policy).decide(statement(["session", "transaction"]))).toMatchObject({ plan: undefined });
  });

  it("passes where only contents are masked, unless results are not looked into", () => {
    const rules = "rules: [{ allow: [read] }]\nmasks: [{ find: [iban], with: redact }]";
    expect(viewOfRules(rules).decide(statement(["read"])).kind).toBe("deny");
    const decision = viewOfRules(rules).decide(statement(["read"], { unknownBecause: "It is odd." }));
    expect(planOf(decision)).toMatchObject({
      columns: undefined,
      find: [{ detector: "iban", mask: { kind: "redact" } }],
    });
  });
});

describe("the plan", () => {
  it("is none where nothing of it applies", () => {
    expect(decide({ accesses: [] })).toMatchObject({ kind: "allow", plan: undefined, masked: [] });
    expect(viewOfRules("rules: [{ allow: [read] }]").decide(statement(["read"]))).toMatchObject({ plan: undefined });
  });

  it("answers by the server's numbers, and hides what the statement does not touch", () => {
    const plan = planOf(decide({ outputs: [output("it", from(customers, "name"))] }));
    const at = (name: string): ColumnPlan | undefined => plan.byOrigin(customers.id, columnOf(customers, name).number);
    expect([at("name"), at("email"), at("profile")]).toEqual([undefined, email, parts]);
    expect(plan.byOrigin(0, 0)).toBeUndefined();
    expect(plan.byOrigin(customers.id, 0xffff)).toBeUndefined();
    expect(plan.byOrigin(customers.id, 99)).toEqual(redact);
    expect(plan.byOrigin(orders.id, 1)).toEqual(redact);
  });

  it("takes tables that no catalog has for the session's own", () => {
    const accesses = [access("read", customers), ownAccess("read", "t")];
    expect(planOf(decide({ accesses })).byOrigin(orders.id, 1)).toBeUndefined();
  });

  it("knows partitions by their parents", () => {
    const plan = planOf(decide({ accesses: [access("read", parent)] }));
    expect(plan.byOrigin(partition.id, 2)).toEqual(email);
  });

  it.each<[string, Partial<Lineage>, boolean]>([
    ["another table", { accesses: [access("read", orders)] }, false],
    ["a table with masked columns", { accesses: [access("read", customers, ["name"])] }, true],
    ["a masked value", { accesses: [access("read", orders)], outputs: [output("it", from(customers, "email"))] }, true],
  ])("hides texts for %s: %#", (_, what, hides) => {
    expect(planOf(decide(what)).hidesTexts).toBe(hides);
  });

  it("carries the smallest limits of all rules that allow the statement, and one key", () => {
    const rules = `rules:
      - { allow: [read, session], limit: { rows: 100, bytes: 20MB, statementsPerMinute: 9 } }
      - { allow: [read], on: [public.*], limit: { rows: 10, timeout: 30s } }
      - { allow: [read], on: [hr.*], limit: { rows: 1 } }
      - { allow: [insert], limit: { bytes: 1KB } }`;
    const decision = viewOfRules(rules).decide(statement(["read"], { accesses: [access("read", orders)] }));
    expect(decision).toMatchObject({ rules: ["p#1"], statementsPerMinute: 9 });
    const { limits, key } = planOf(decision);
    expect(limits).toEqual({ rows: 10, bytes: 20_000_000, timeoutMs: 30_000 });
    expect(key).toHaveLength(32);
  });

  it("is the same for the same statement from the second time on", () => {
    const one = viewOfRules(policy);
    const asked = statement(["read"], { accesses: [access("read", customers)] });
    one.decide(asked);
    expect(planOf(one.decide(asked))).toBe(planOf(one.decide(asked)));
  });
});
