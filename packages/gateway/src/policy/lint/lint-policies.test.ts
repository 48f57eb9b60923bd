import { describe, expect, it } from "vitest";
import { createFixtureStore } from "../testing/fixture-store.ts";
import { catalogOutline } from "./catalog-outline.ts";
import { lintPolicies } from "./lint-policies.ts";
import { patternCovers } from "./pattern-covers.ts";

const outline = catalogOutline.parse({
  database: "shop",
  relations: [{ schema: "public", name: "customers", columns: ["id", "email"] }],
  functions: [{ schema: "public", name: "add_one" }],
});

function findings(keys: string, catalog?: typeof outline): readonly string[] {
  const text = `policy: p\nwho: { groups: [dba] }\nwhere: { connections: ["*"] }\n${keys}\n`;
  const policies = createFixtureStore(text).snapshot().policies;
  return lintPolicies(policies, catalog).map(({ path, sentence }) => `${path} ${sentence}`);
}

const rules = (...list: readonly string[]): string => `rules: [${list.join(", ")}]`;

describe("rules that can never match", () => {
  it.each<[string, readonly string[]]>([
    [rules("{ allow: [read] }", "{ deny: [drop] }"), []],
    [rules("{ allow: ['*'] }", "{ deny: [drop] }"), []],
    [
      rules("{ allow: [drop] }", "{ deny: ['*'] }"),
      ["rules[0] can never allow anything: rule 2 of the same policy denies all of it."],
    ],
    [
      rules("{ allow: [drop, alter] }", "{ deny: [drop] }", "{ deny: [alter] }"),
      ["rules[0] can never allow anything: rule 2 and rule 3 of the same policy denies all of it."],
    ],
    [
      rules("{ allow: [read, drop] }", "{ deny: [drop] }"),
      ["rules[0] can never allow drop: rule 2 of the same policy denies it."],
    ],
    [
      rules("{ allow: [read], on: [hr.salaries, hr.bonus] }", "{ deny: [read], on: [hr.*] }"),
      ["rules[0] can never allow anything: rule 2 of the same policy denies all of it."],
    ],
    [rules("{ allow: [read], on: [hr.*] }", "{ deny: [read], on: [hr.salaries] }"), []],
    [rules("{ allow: [read], on: [hr.a] }", "{ deny: [read], on: [hr.*], if: [unbounded] }"), []],
    [rules("{ allow: [read], on: [hr.a] }", "{ deny: [read], columns: [x] }"), []],
    [
      rules("{ allow: [read], on: [public.a], except: ['public.*'] }"),
      ["rules[0] can never allow anything: all that it is about is excepted."],
    ],
    [rules("{ allow: [read], on: [hr.a, public.a], except: ['hr.*'] }"), ["rules[0].on[0] is excepted as a whole."]],
    [
      rules("{ allow: [read], except: ['*.*'] }"),
      ["rules[0] can never allow anything: all that it is about is excepted."],
    ],
    [
      rules("{ allow: [read], columns: [id], exceptColumns: ['i*'] }"),
      ["rules[0] can never allow anything: all its columns are excepted."],
    ],
    [
      rules("{ allow: [read] }", "{ deny: [session, listen], on: [hr.*] }"),
      ["rules[1] can never deny anything: session, listen are about no table."],
    ],
    [rules("{ allow: [read] }", "{ deny: [explain], on: [hr.*] }"), []],
    [
      rules("{ allow: [read, insert], on: ['public.*'] }", "{ allow: [read], on: [public.a] }"),
      ["rules[1] adds nothing: rule 1 of the same policy allows all of it."],
    ],
    [
      rules("{ allow: [read] }", "{ allow: [read] }"),
      ["rules[1] adds nothing: rule 1 of the same policy allows all of it."],
    ],
    [rules("{ allow: [read], on: ['public.*'] }", "{ allow: [read], limit: { rows: 1 }, on: [public.a] }"), []],
  ])("%s", (keys, expected) => {
    expect(findings(keys)).toEqual(expected);
  });
});

describe("masks that contradict each other", () => {
  const masks = (...list: readonly string[]): string => `rules: [{ allow: [read] }]\nmasks: [${list.join(", ")}]`;

  it.each<[string, readonly string[]]>([
    [masks("{ columns: [a.b.c], with: email }", "{ columns: ['*.*.c'], with: email }"), []],
    [
      masks("{ columns: [a.b.c], with: email }", "{ columns: ['*.*.c'], with: hash }"),
      ["masks[0].columns[0] is also meant by masks[1], which shows it otherwise; it is shown redacted."],
    ],
    [masks("{ columns: [a.b.c], with: email }", "{ columns: [a.b.c], at: [$.x], with: hash }"), []],
  ])("%s", (keys, expected) => {
    expect(findings(keys)).toEqual(expected);
  });
});

describe("names that mean nothing", () => {
  it("are found where the database's names are given", () => {
    const keys = `rules:
      - { allow: [read], on: [public.customers, public.clients, pg_temp.*, pg_catalog.pg_stat_activity], except: [other.public.x], functions: [public.add_one, public.nope] }
      - { deny: [read], on: ["h*.*"] }
masks:
  - { columns: [public.customers.email, public.customers.mail, "other.public.customers.email"], with: email }`;
    expect(findings(keys)).toEqual([]);
    expect(findings(keys, outline)).toEqual([
      "rules[0].on[1] means no table of shop.",
      "rules[0].except[0] means no table of shop.",
      "rules[0].functions[1] means no function of shop.",
      "rules[1].on[0] means no table of shop.",
      "masks[0].columns[1] means no column of shop.",
      "masks[0].columns[2] means no column of shop.",
    ]);
  });
});

describe("patternCovers", () => {
  it.each([
    ["public.*", "public.a", true],
    ["public.*", "public.a*", true],
    ["public.a*", "public.*", false],
    ["*.*", "shop.public.a", true],
    ["shop.public.*", "public.a", false],
    ["shop.public.*", "shop.public.a", true],
    ["*.public.*", "public.a", true],
    ['public."a"', "public.a", true],
    ['public."*"', "public.*", false],
    ["public.*", 'public."*"', true],
    ["a*c.x", "a*b*c.x", true],
    ["a*b.x", "a*c.x", false],
  ])("%s covers %s: %s", (wide, narrow, covers) => {
    expect(patternCovers(wide, narrow)).toBe(covers);
  });
});
