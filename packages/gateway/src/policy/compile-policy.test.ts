import type { Principal } from "@sallyport/shared/principal";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "./compile-policy.ts";
import { createFixtureStore } from "./fixture-store.ts";

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
    ["{ groups: ['*'] }", false],
    ["{ kinds: [service, ai-agent] }", true],
    ["{ kinds: [human] }", false],
    ["{ claims: { repository: acme/shop } }", true],
    ["{ claims: { repository: acme/* } }", false],
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
});
