import type { Access, Lineage } from "@sallyport/shared/lineage/lineage";
import type { Verb } from "@sallyport/shared/verb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision } from "./decision.ts";
import { access, functionNamed, ownAccess, statement, table } from "./testing/lineage-builders.ts";
import { viewOfRules } from "./testing/view-of-rules.ts";

const customers = table("public.customers", ["id", "name", "email"]);
const keys = table("public.api_keys", ["id", "key"]);
const salaries = table("hr.salaries", ["id", "amount"]);
const parent = table("public.events", ["id", "ip"]);
const partition = table("archive.events_2020", ["id", "ip"], { ancestors: [parent] });
const catalogClass = table("pg_catalog.pg_class", ["relname"], { kind: "catalog" });
const activity = table("pg_catalog.pg_stat_activity", ["query"], { kind: "catalog" });
const toast = table("pg_toast.pg_toast_1", ["chunk_data"]);

function decide(rules: string, verbs: readonly Verb[], parts?: Partial<Lineage>): Decision {
  return viewOfRules(rules).decide(statement(verbs, parts));
}

const reads = (...accesses: readonly Access[]): Partial<Lineage> => ({ accesses });

describe("rules that allow", () => {
  const rules = `rules:
    - allow: [read, session, transaction, explain]
      on: [public.*, "shop.hr.salaries"]
      except: [public.api_keys]
    - allow: [insert, create]
      on: [pg_temp.*]`;

  it.each<[string, readonly Verb[], Partial<Lineage> | undefined, Decision["kind"], string]>([
    ["a table that is meant", ["read"], reads(access("read", customers, ["id"])), "allow", ""],
    ["a table meant with its database", ["read"], reads(access("read", salaries)), "allow", ""],
    ["a table that is excepted", ["read"], reads(access("read", keys, ["id"])), "deny", "public.api_keys"],
    [
      "one of two that is excepted",
      ["read"],
      reads(access("read", customers), access("read", keys, ["id"])),
      "deny",
      "read of public.api_keys",
    ],
    ["another verb", ["update"], reads(access("update", customers)), "deny", "No rule allows update"],
    ["another verb on the same", ["insert"], reads(access("insert", customers)), "deny", "insert of public.customers"],
    ["nothing at all", ["read"], reads(), "allow", ""],
    ["the session's own", ["insert"], reads(ownAccess("insert", "scratch")), "allow", ""],
    ["reading the session's own, which is not meant", ["read"], reads(ownAccess("read", "scratch")), "deny", "pg_temp"],
    ["a verb that is not located", ["create"], reads(), "deny", "cannot be told"],
    ["a verb about no table", ["session", "transaction"], undefined, "allow", ""],
    ["what is explained", ["explain", "read"], reads(access("read", keys)), "deny", "public.api_keys"],
    ["what is not known", ["read"], undefined, "deny", "does not know the objects"],
    ["what cannot be known", ["read"], { unknownBecause: "It is too deep." }, "deny", "It is too deep."],
  ])("%s", (_, verbs, parts, kind, because) => {
    const decision = decide(rules, verbs, parts);
    expect(decision.kind).toBe(kind);
    if (decision.kind === "deny") expect(decision.because).toContain(because);
  });

  it.each([
    ["[public.events]", partition, "deny"],
    ["[archive.*]", partition, "allow"],
    ["[archive.*]", parent, "deny"],
  ] as const)("on %s mean a table by its own name alone", (on, relation, kind) => {
    expect(decide(`rules: [{ allow: [read], on: ${on} }]`, ["read"], reads(access("read", relation))).kind).toBe(kind);
  });

  it.each([
    ["[public.events]", partition],
    ["[archive.events_2020]", parent],
  ] as const)("except %s by the names of what shares rows with it", (except, relation) => {
    const rules2 = `rules: [{ allow: [read], on: ["*.*"], except: ${except} }]`;
    expect(decide(rules2, ["read"], reads(access("read", relation))).kind).toBe("deny");
  });

  it.each<[string, readonly string[] | undefined, string | undefined]>([
    ["columns: [id, name]", ["id"], undefined],
    ["columns: [id, name]", ["id", "email"], "email of public.customers"],
    ["columns: [id, name]", [], undefined],
    ["columns: [id, name]", undefined, "email of public.customers"],
    ["columns: ['*']", undefined, undefined],
    ["exceptColumns: [e*]", ["id", "name"], undefined],
    ["exceptColumns: [e*]", ["email"], "email of public.customers"],
  ])("%s for %j", (columns, touched, lack) => {
    const decision = decide(
      `rules: [{ allow: [read], on: [public.*], ${columns} }]`,
      ["read"],
      reads(access("read", customers, touched)),
    );
    expect(decision.kind).toBe(lack === undefined ? "allow" : "deny");
    if (decision.kind === "deny") expect(decision.because).toContain(lack);
  });

  it("with columns do not mean a table whose columns nobody knows", () => {
    const rules2 = "rules: [{ allow: [insert], on: [pg_temp.*], columns: [a] }]";
    expect(decide(rules2, ["insert"], reads(ownAccess("insert", "t"))).kind).toBe("deny");
  });

  it("do not mean a table of another database", () => {
    const rules2 = `rules: [{ allow: [read], on: ["other.public.*"] }]`;
    expect(decide(rules2, ["read"], reads(access("read", customers))).kind).toBe("deny");
  });
});

describe("the server's own tables", () => {
  it.each<[string, Access, Decision["kind"]]>([
    ["on: [public.*]", access("read", catalogClass, ["relname"]), "allow"],
    ["on: [public.*]", access("copy-out", catalogClass, ["relname"]), "allow"],
    ["on: ['*.*']", access("read", activity), "deny"],
    ["on: ['pg_*.*']", access("read", activity), "deny"],
    ["on: ['*.*']", access("read", toast), "deny"],
    ["on: [pg_catalog.*]", access("read", activity), "allow"],
    ["on: [pg_catalog.pg_stat_activity]", access("read", activity), "allow"],
    ["except: [public.api_keys]", access("read", activity), "deny"],
    ["limit: { rows: 1 }", access("read", activity), "allow"],
    ["on: ['*.*']", access("update", catalogClass), "deny"],
  ])("with %s", (on, touched, kind) => {
    const verbs = [touched.verb];
    const rules = `rules: [{ allow: [read, copy-out, update], ${on} }]`;
    expect(decide(rules, verbs, { located: verbs, accesses: [touched] }).kind).toBe(kind);
  });

  it("that hold values are refused to whoever sees columns masked", () => {
    const rules = `rules: [{ allow: ["*"] }]\nmasks: [{ columns: [public.customers.email], with: email }]`;
    expect(decide(rules, ["read"], reads(access("read", activity)))).toMatchObject({
      kind: "deny",
      because: "Values of columns that you see masked may be in pg_catalog.pg_stat_activity.",
    });
    expect(decide(rules, ["read"], reads(access("read", toast))).kind).toBe("deny");
    expect(decide(rules, ["read"], reads(access("read", catalogClass))).kind).toBe("allow");
  });
});

describe("rules that deny", () => {
  const denying = (deny: string): string => `rules:\n  - allow: ["*"]\n  - ${deny}`;

  it.each<[string, readonly Verb[], Partial<Lineage> | undefined, Decision["kind"]]>([
    ["{ deny: [read], on: [hr.*] }", ["read"], reads(access("read", salaries)), "deny"],
    ["{ deny: [read], on: [hr.*] }", ["read"], reads(access("read", customers)), "allow"],
    ["{ deny: [update], on: [hr.*] }", ["read"], reads(access("read", salaries)), "allow"],
    ["{ deny: [read], on: [public.events] }", ["read"], reads(access("read", partition)), "deny"],
    ["{ deny: [read], on: [archive.*] }", ["read"], reads(access("read", parent)), "deny"],
    ["{ deny: [read], on: [public.*], columns: [email] }", ["read"], reads(access("read", customers, ["id"])), "allow"],
    ["{ deny: [read], columns: [email] }", ["read"], reads(access("read", customers, ["id", "email"])), "deny"],
    ["{ deny: [read], columns: [email] }", ["read"], reads(access("read", customers)), "deny"],
    ["{ deny: [read], columns: [email] }", ["read"], reads(ownAccess("read", "t")), "deny"],
    ["{ deny: [read], on: [hr.*] }", ["read"], undefined, "deny"],
    ["{ deny: [create], on: [hr.*] }", ["create"], reads(), "deny"],
    ["{ deny: ['*'], on: [hr.*] }", ["session", "transaction"], undefined, "allow"],
    ["{ deny: [explain], on: [hr.*] }", ["explain", "read"], reads(access("read", salaries)), "deny"],
    ["{ deny: [explain], on: [hr.*] }", ["explain", "read"], reads(access("read", customers)), "allow"],
    ["{ deny: [read], on: [hr.*] }", ["read"], reads(), "allow"],
    ["{ deny: [delete], if: [noWhere] }", ["delete"], { facts: ["noWhere"] }, "deny"],
    ["{ deny: [delete], if: [noWhere, alwaysTrueWhere] }", ["delete"], { facts: ["alwaysTrueWhere"] }, "deny"],
    ["{ deny: [delete], if: [noWhere] }", ["delete"], { facts: ["multiStatement"] }, "allow"],
    ["{ deny: [delete], if: [noWhere] }", ["delete"], undefined, "deny"],
    ["{ deny: ['*'], if: [noWhere] }", ["transaction"], undefined, "allow"],
    [
      "{ deny: [delete], on: [hr.*], if: [noWhere] }",
      ["delete"],
      { ...reads(access("delete", customers)), facts: ["noWhere"] },
      "allow",
    ],
    [
      "{ deny: [delete], on: [hr.*], if: [noWhere] }",
      ["delete"],
      { ...reads(access("delete", salaries)), facts: ["noWhere"] },
      "deny",
    ],
  ])("%s for %j", (deny, verbs, parts, kind) => {
    const decision = decide(denying(deny), verbs, parts);
    expect(decision.kind).toBe(kind);
    if (decision.kind === "deny") expect(decision).toMatchObject({ rule: "p#2", code: "policy/denied" });
  });
});

describe("functions of somebody's", () => {
  const calls = [functionNamed("public", "add_one")];

  it.each<[string, Decision["kind"]]>([
    ["rules: [{ allow: [read], on: [public.*], functions: [public.add_one] }]", "allow"],
    ["rules: [{ allow: [read], on: [public.*] }, { allow: [call], functions: ['public.*'] }]", "allow"],
    ["rules: [{ allow: [read], on: [public.*], functions: [public.other] }]", "deny"],
    ["rules: [{ allow: [read], on: [public.*] }]", "deny"],
    ["rules: [{ allow: [read], functions: [public.other] }]", "deny"],
    ["rules: [{ allow: [read] }, { deny: [read], if: [noWhere] }]", "allow"],
    ["rules: [{ allow: [read] }]\nmasks: [{ columns: [public.x.y], with: 'null' }]", "deny"],
    [
      "rules: [{ allow: [read], functions: [public.add_one] }]\nmasks: [{ columns: [public.x.y], with: 'null' }]",
      "allow",
    ],
  ])("%s", (rules, kind) => {
    const decision = decide(rules, ["read"], { calls });
    expect(decision.kind).toBe(kind);
    if (decision.kind === "deny") expect(decision.because).toContain("the function public.add_one");
  });

  it("of the server are meant only where their schema is named", () => {
    const more = { calls: [functionNamed("pg_catalog", "pg_read_file")] };
    expect(decide("rules: [{ allow: [read], functions: ['*.*'] }]", ["read"], more).kind).toBe("deny");
    expect(decide("rules: [{ allow: [read], functions: ['pg_catalog.*'] }]", ["read"], more).kind).toBe("allow");
  });

  it("let no call pass of which nothing is known", () => {
    expect(decide("rules: [{ allow: [call], functions: [public.add_one] }]", ["call"]).kind).toBe("deny");
  });
});

const part = fc.constantFrom("public", "hr", "*", "p*", "api_keys", "customers", "salaries");
const pattern = fc.tuple(part, part).map((parts) => parts.join("."));
const patterns = fc.array(pattern, { minLength: 1, maxLength: 2 });
const someVerb = fc.constantFrom<Verb>("read", "insert", "update", "create", "session", "explain");
const verbList = fc.uniqueArray(someVerb, { minLength: 1, maxLength: 3 });
const allow = fc.record(
  { allow: verbList, on: patterns, except: patterns, columns: fc.constantFrom(["id"], ["*"]) },
  { requiredKeys: ["allow"] },
);
const deny = fc.record(
  { deny: verbList, on: patterns, columns: fc.constantFrom(["id"], ["e*"]), if: fc.constantFrom(["noWhere"]) },
  { requiredKeys: ["deny"] },
);
const touched = fc.record({
  verb: someVerb,
  relation: fc.constantFrom(customers, keys, salaries, partition),
  columns: fc.option(fc.constantFrom(["id"], ["id", "email"]), { nil: undefined }),
});
const asked = fc.record({
  verbs: verbList,
  accesses: fc.array(
    touched.map(({ verb, relation, columns }) => access(verb, relation, columns)),
    { maxLength: 3 },
  ),
  located: fc.uniqueArray(someVerb),
  known: fc.boolean(),
});

describe("any rules", () => {
  it("never allow more for one that denies", () => {
    fc.assert(
      fc.property(fc.array(allow, { minLength: 1, maxLength: 3 }), deny, asked, (allows, one, { known, ...what }) => {
        const parts = known ? what : undefined;
        const before = decide(`rules: ${JSON.stringify(allows)}`, what.verbs, parts);
        const after = decide(`rules: ${JSON.stringify([...allows, one])}`, what.verbs, parts);
        expect(before.kind === "deny" && after.kind === "allow").toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it("of verbs alone decide the same whatever a statement touches", () => {
    const plain = fc.array(fc.record({ allow: verbList }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(plain, fc.array(fc.record({ deny: verbList }), { maxLength: 2 }), asked, (allows, denies, what) => {
        const view = viewOfRules(`rules: ${JSON.stringify([...allows, ...denies])}`);
        expect(view.needsObjects).toBe(false);
        expect(view.decide(statement(what.verbs, what)).kind).toBe(view.decide(statement(what.verbs)).kind);
      }),
      { numRuns: 300 },
    );
  });
});
