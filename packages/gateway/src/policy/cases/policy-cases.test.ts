import type { ParsedStatement } from "@sallyport/shared/statement";
import { describe, expect, it } from "vitest";
import { createPolicyEngine } from "../policy-engine.ts";
import { createFixtureStore } from "../testing/fixture-store.ts";
import { access, from, output, statement, table } from "../testing/lineage-builders.ts";
import { readCases } from "./policy-case.ts";
import { tryCase } from "./try-case.ts";

const people = table("public.people", ["name", "mail"]);
const texts: Readonly<Record<string, readonly ParsedStatement[]>> = {
  drop: [statement(["drop"], {})],
  name: [
    statement(["read"], {
      accesses: [access("read", people, ["name"])],
      outputs: [output("name", from(people, "name"))],
    }),
  ],
  mail: [
    statement(["read"], { accesses: [access("read", people, ["mail"])], outputs: [output("m", from(people, "mail"))] }),
  ],
};
const engine = createPolicyEngine(
  createFixtureStore(`
policy: p
who: { groups: [staff] }
where: { connections: [shop], databases: [main] }
rules: [{ allow: [read], on: [public.*] }]
masks: [{ columns: [public.people.mail], with: email }]
`),
);
const bob = "principal: { name: bob, groups: [staff] }\n  connection: shop";

describe("a case", () => {
  it.each<[string, string | undefined]>([
    [`- ${bob}\n  sql: name\n  expect: allow`, undefined],
    [`- ${bob}\n  sql: mail\n  expect: { masked: [m] }`, undefined],
    [`- ${bob}\n  sql: mail\n  expect: allow`, "masked is m"],
    [`- ${bob}\n  sql: name\n  expect: { masked: [name] }`, "nothing is masked"],
    [`- ${bob}\n  sql: drop\n  expect: deny`, undefined],
    [`- ${bob}\n  sql: drop\n  expect: deny\n  because: No rule allows drop`, undefined],
    [
      `- ${bob}\n  sql: drop\n  expect: deny\n  because: Sunday`,
      "it is refused for another reason: No rule allows drop on shop for bob.",
    ],
    [`- ${bob}\n  sql: drop\n  expect: allow`, "it is refused: No rule allows drop on shop for bob."],
    [`- ${bob}\n  sql: name\n  expect: deny`, "it is allowed"],
    [`- ${bob}\n  database: other\n  sql: name\n  expect: deny`, undefined],
    [`- principal: eve\n  connection: shop\n  sql: name\n  expect: deny`, undefined],
  ])("%j", async (text, outcome) => {
    const { cases, problems } = readCases("a.cases.yaml", text);
    expect(problems).toEqual([]);
    const [first] = cases;
    if (first === undefined) throw new Error("there is no case");
    expect(await tryCase(first.one, "main", engine, async (sql) => texts[sql] ?? [])).toBe(outcome);
  });
});

describe("a file of cases", () => {
  it.each<[string, readonly string[]]>([
    ["# none yet", []],
    ["a: 1", ["a.cases.yaml:1: must be a list of cases."]],
    ["- [", ["a.cases.yaml:1: is not valid YAML"]],
    [
      "- principal: bob\n  connection: shop\n  sql: x\n  expect: allowed",
      ["a.cases.yaml:4: expect: must be allow (and nothing is masked), deny, or { masked: [names of columns] }."],
    ],
    [
      "- principal: bob\n  connexion: shop\n  sql: x\n  expect: allow",
      ["connection: is missing", "connexion: is not a known key"],
    ],
  ])("%j", (text, expected) => {
    const { problems } = readCases("a.cases.yaml", text);
    expect(problems).toHaveLength(expected.length);
    expected.forEach((part, index) => expect(problems[index]).toContain(part));
  });

  it("tells where each case stands", () => {
    const one = "- principal: bob\n  connection: shop\n  sql: x\n  expect: allow\n";
    expect(readCases("a.cases.yaml", one + one).cases.map(({ place }) => place)).toEqual([
      "a.cases.yaml:1",
      "a.cases.yaml:5",
    ]);
  });
});
