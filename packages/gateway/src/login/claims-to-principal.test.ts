import { GatewayError } from "@sallyport/shared/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClaimMapping } from "../store/documents/identity-provider.ts";
import { claimAt } from "./claim-at.ts";
import { claimsToPrincipal } from "./claims-to-principal.ts";
import { providerDocument } from "./testing/memory-store.ts";

function mapping(principal: object): ClaimMapping {
  const { principal: filledIn } = providerDocument({ issuer: "https://idp.example.com", principal });
  if (filledIn === undefined) throw new Error("the document has no mapping");
  return filledIn;
}

describe("claimAt", () => {
  it.each<[string, unknown, unknown]>([
    ["sub", { sub: "alice" }, "alice"],
    ["realm_access.roles", { realm_access: { roles: ["a"] } }, ["a"]],
    ["kubernetes.io.serviceaccount.name", { "kubernetes.io": { serviceaccount: { name: "ci" } } }, "ci"],
    ["https://example.com/groups", { "https://example.com/groups": ["a"] }, ["a"]],
    ["a.b.c", { "a.b": { x: 1 }, a: { "b.c": 2 } }, 2],
    ["a.b", { a: "text" }, undefined],
    ["a.0", { a: ["text"] }, undefined],
    ["constructor.name", {}, undefined],
    ["__proto__", {}, undefined],
    ["a.length", { a: "text" }, undefined],
  ])("finds %s", (path, claims, found) => {
    expect(claimAt(claims, path)).toEqual(found);
  });
});

describe("claimsToPrincipal", () => {
  it.each<[string, unknown, readonly string[]]>([
    ["a list", ["dba", "on call", "dba"], ["dba", "on call"]],
    ["words", "dba, on-call  ops", ["dba", "on-call", "ops"]],
    ["one word", "dba", ["dba"]],
    ["an empty text", "", []],
    ["null", null, []],
    ["nothing", undefined, []],
  ])("reads groups from %s", (_, groups, expected) => {
    expect(claimsToPrincipal({ sub: "alice", groups }, mapping({})).groups).toEqual(expected);
  });

  it("reads kind and whom it acts for where the mapping says so", () => {
    const map = mapping({ kind: "actor.kind", onBehalfOf: "act.sub", defaultKind: "service" });
    const claims = { sub: "bot", actor: { kind: "ai-agent" }, act: { sub: "alice@example.com" } };
    expect(claimsToPrincipal(claims, map)).toMatchObject({
      kind: "ai-agent",
      onBehalfOf: "alice@example.com",
    });
    const plain = claimsToPrincipal({ sub: "bot" }, map);
    expect(plain.kind).toBe("service");
    expect(plain).not.toHaveProperty("onBehalfOf");
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["an empty name", { sub: "" }, /it is empty/],
    ["a name that is a number", { sub: 7 }, /no name at "sub"/],
    ["a name with a plus", { sub: "alice+x@example.com" }, /contains "\+"/],
    ["a name with a slash", { sub: "acme/shop" }, /contains "\/"/],
    ["a name with a line break", { sub: "alice\nbob" }, /contains "\\u\{a\}"/],
    ["a name that turns the line around", { sub: "alice\u202ebob" }, /contains "\\u\{202e\}"/],
    ["a name with a space behind it", { sub: "alice " }, /begins or ends with a space/],
    ["a name in another normal form", { sub: "ame\u0301lie" }, /normal form C/],
    ["a name without end", { sub: "a".repeat(129) }, /longer than 128/],
    ["groups that are an object", { sub: "a", groups: { dba: true } }, /not a list of group names/],
    ["groups that are not all text", { sub: "a", groups: ["dba", 7] }, /not a list of group names/],
    ["groups that were left out for their number", { sub: "a", _claim_names: { groups: "src1" } }, /too many groups/],
    ["a kind that is none", { sub: "a", kind: "robot" }, /not one of human, service, ai-agent/],
    ["a master of the wrong shape", { sub: "a", for: ["alice"] }, /does not name anyone/],
  ])("refuses %s", (_, claims, reason) => {
    const read = (): unknown => claimsToPrincipal(claims, mapping({ kind: "kind", onBehalfOf: "for" }));
    expect(read).toThrow(reason);
    expect(read).toThrow(GatewayError);
  });

  it("makes a principal of any claims, or refuses them as a failed login", () => {
    const path = fc.constantFrom("sub", "groups", "a.b", "__proto__", "");
    fc.assert(
      fc.property(fc.object({ key: fc.constantFrom("sub", "groups", "a", "b", "a.b") }), path, (claims, name) => {
        try {
          const principal = claimsToPrincipal(Object.fromEntries(Object.entries(claims)), mapping({ name }));
          expect(principal.name).toMatch(/^[^~+/\p{C}]+$/u);
        } catch (reason) {
          expect(reason).toMatchObject({ code: "login/failed" });
        }
      }),
    );
  });
});
