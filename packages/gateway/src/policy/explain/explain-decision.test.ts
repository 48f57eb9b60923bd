import { describe, expect, it } from "vitest";
import { access, from, functionNamed, output, statement, table } from "../testing/lineage-builders.ts";
import { viewOfRules } from "../testing/view-of-rules.ts";
import { explanationLines } from "./explanation-lines.ts";

const customers = table("public.customers", ["id", "email", "profile"]);
const view = viewOfRules(`
rules:
  - allow: [read, session]
    on: [public.*]
    functions: [public.add_one]
    limit: { rows: 10, timeout: 90s }
  - deny: [drop]
    because: Ask the owners.
masks:
  - columns: [public.customers.email]
    with: { partial: 2 }
  - columns: [public.customers.profile]
    at: ["$.contacts[*].mail"]
    with: redact
  - find: [iban, { pattern: "K[0-9]" }]
    with: null
`);

/** Without the documents' version, which is a hash. */
const explained = (parsed: ReturnType<typeof statement>): readonly string[] =>
  explanationLines(view.explain(parsed)).slice(0, -1);

describe("an explanation", () => {
  it("names verbs, tables, sources, masks, functions, facts and limits", () => {
    const parsed = statement(["read"], {
      accesses: [access("read", customers, ["id", "email", "profile"])],
      outputs: [
        output("id", from(customers, "id")),
        output("email", from(customers, "email")),
        output("both", from(customers, "email", "derived"), from(customers, "id")),
        output("profile", from(customers, "profile")),
        output("city", from(customers, "profile", "derived", ["city"])),
        output("one"),
      ],
      calls: [functionNamed("public", "add_one")],
      facts: ["unbounded"],
    });
    expect(explained(parsed)).toEqual([
      "allowed",
      "verbs:",
      "  read: allowed by p#1",
      "tables:",
      "  read public.customers (id, email, profile)",
      "result:",
      "  id: as it is, from shop.public.customers.id",
      "  email: partial 2, from shop.public.customers.email (masked partial 2)",
      "  both: redact, from shop.public.customers.email (derived, masked partial 2), shop.public.customers.id",
      "  profile: redact at $.contacts[*].mail, from shop.public.customers.profile (masked redact at $.contacts[*].mail)",
      "  city: as it is, from shop.public.customers.profile at $.city (derived)",
      "  one: as it is",
      "found in its texts:",
      "  iban: null",
      "  K[0-9]: null",
      "functions:",
      "  public.add_one",
      "facts:",
      "  unbounded",
      "limits:",
      "  rows 10",
      "  timeout 90s",
    ]);
  });

  it("says for each verb why it does not pass", () => {
    expect(explained(statement(["read", "drop", "insert"], {}))).toEqual([
      "refused: Ask the owners.",
      "verbs:",
      "  read: allowed by p#1",
      "  drop: denied by p#2: Ask the owners.",
      "  insert: denied: No rule allows insert on shop for bob.",
    ]);
  });

  it("does not call shown what is refused", () => {
    const parsed = statement(["drop"], { outputs: [output("id", from(customers, "id"))] });
    expect(explained(parsed).slice(-2)).toEqual([
      "result, were it allowed:",
      "  id: as it is, from shop.public.customers.id",
    ]);
  });

  it("says what is not known", () => {
    expect(explained(statement(["read"], { unknownBecause: "It is odd." })).slice(-2)).toEqual([
      "not known:",
      "  It is odd.",
    ]);
    expect(explained(statement(["session"]))).toEqual([
      "allowed",
      "verbs:",
      "  session: allowed by p#1",
      "found in its texts:",
      "  iban: null",
      "  K[0-9]: null",
      "limits:",
      "  rows 10",
      "  timeout 90s",
      "not known:",
      "  No objects are known.",
    ]);
  });

  it("serializes", () => {
    const explanation = view.explain(statement(["read"], { outputs: [output("e", from(customers, "email"))] }));
    expect(JSON.parse(JSON.stringify(explanation))).toMatchObject({
      decision: "allow",
      outputs: [{ mask: "partial 2" }],
    });
  });
});
