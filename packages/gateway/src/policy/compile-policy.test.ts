import type { Principal } from "@sallyport/shared/principal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policyDocument } from "../store/documents/policy.ts";
import { compilePolicy } from "./compile-policy.ts";
import { createFixtureStore } from "./testing/fixture-store.ts";

const robot: Principal = {
  name: "chatgpt-agent",
  kind: "ai-agent",
  groups: ["ai-agents", "eu"],
  claims: {
    repository: "acme/shop",
    roles: ["reader", "tester"],
    tier: 2,
    beta: true,
    realm: { team: "web" },
  },
};

function concerns(who: string, where: string, database: string | undefined = "shop"): boolean {
  const text = `{ policy: p, who: ${who}, where: ${where}, rules: [{ allow: [read] }] }`;
  const [document] = createFixtureStore(text).snapshot().policies;
  if (document === undefined) throw new Error("no policy");
  return compilePolicy(document).concerns({ principal: robot, connection: "shop-eu", database });
}

describe("compilePolicy", () => {
  it.each([
    ["{ principals: [chatgpt-agent] }", true],
    ["{ principals: [bob, chatgpt-*] }", true],
    ["{ principals: [bob] }", false],
    ["{ principals: [chatgpt] }", false],
    ["{ groups: [dba, eu] }", true],
    ["{ groups: [dba] }", false],
    ["{ kinds: [service, ai-agent] }", true],
    ["{ kinds: [human] }", false],
    ["{ claims: { repository: acme/shop } }", true],
    ["{ claims: { roles: tester } }", true],
    ["{ claims: { roles: admin } }", false],
    ["{ claims: { tier: 2, beta: true, realm.team: web } }", true],
    ["{ claims: { tier: '2' } }", false],
    ["{ claims: { tier: 2, realm.team: data } }", false],
    ["{ claims: { missing: x } }", false],
    ["{ groups: [eu], kinds: [ai-agent], principals: ['*'], claims: { tier: 2 } }", true],
    ["{ groups: [eu], kinds: [human], principals: ['*'] }", false],
    ["{ groups: [dba], principals: [chatgpt-agent] }", false],
  ])("who: %s is %s", (who, expected) => {
    expect(concerns(who, "{ connections: ['*'] }")).toBe(expected);
  });

  it.each([
    ["{ connections: [shop-eu] }", "shop", true],
    ["{ connections: [other, shop-*] }", "shop", true],
    ["{ connections: [shop] }", "shop", false],
    ["{ connections: [shop-eu], databases: [shop] }", "shop", true],
    ["{ connections: [shop-eu], databases: [sh*, x] }", "shop", true],
    ["{ connections: [shop-eu], databases: [payroll] }", "shop", false],
    ["{ connections: [other], databases: [shop] }", "shop", false],
    ["{ connections: [shop-eu] }", undefined, true],
  ])("where: %s in database %s is %s", (where, database, expected) => {
    expect(concerns("{ principals: ['*'] }", where, database)).toBe(expected);
  });

  it("does not match by database where none is known", () => {
    const text =
      "{ policy: p, who: { kinds: [ai-agent] }, where: { connections: ['*'], databases: ['*'] }, rules: [{ allow: [read] }] }";
    const [policy] = createFixtureStore(text).snapshot().policies.map(compilePolicy);
    expect(policy?.concerns({ principal: robot, connection: "shop-eu", database: undefined })).toBe(false);
  });

  it("compiles whatever the schema accepts", () => {
    const digits = fc.integer({ min: 0, max: 60 }).map((value) => String(value).padStart(2, "0"));
    const clock = fc.tuple(digits, digits).map((parts) => parts.join(":"));
    const zone = fc.constantFrom(
      "UTC",
      "Europe/Berlin",
      "europe/berlin",
      "Etc/GMT+1",
      "EST",
      "Mars/Base",
      "+01:00",
      "",
    );
    const date = fc
      .tuple(fc.constantFrom("0000", "1999", "2027", "9999"), digits, digits)
      .map((parts) => parts.join("-"));
    const duration = fc.tuple(fc.nat(), fc.constantFrom("s", "m", "h", "d", "w")).map((parts) => parts.join(""));
    const policy = fc.record({
      policy: fc.constant("p"),
      who: fc.record({ principals: fc.array(fc.string(), { minLength: 1 }) }),
      where: fc.record({ connections: fc.constant(["*"]) }),
      when: fc.record(
        {
          hours: fc.tuple(clock, clock, zone).map(([from, to, name]) => `${from}-${to} ${name}`),
          until: fc.oneof(
            date,
            fc.tuple(date, clock).map(([day, time]) => `${day}T${time}:00Z`),
          ),
        },
        { requiredKeys: [] },
      ),
      rules: fc.constant([{ allow: ["read"] }]),
      session: fc.record({ max: duration, idle: duration }, { requiredKeys: [] }),
    });
    fc.assert(
      fc.property(
        policy,
        fc.date({ min: new Date(0), max: new Date("9000-01-01"), noInvalidDate: true }),
        (document, now) => {
          const checked = policyDocument.safeParse(document);
          if (!checked.success) return;
          const { when } = compilePolicy(checked.data);
          expect(when.nextChange(now.getTime())).toBeGreaterThan(now.getTime());
        },
      ),
      { numRuns: 3000 },
    );
  });
});
