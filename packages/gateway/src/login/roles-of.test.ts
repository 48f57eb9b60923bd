import type { PrincipalKind } from "@sallyport/shared/principal";
import { describe, expect, it } from "vitest";
import { rolesOf } from "./roles-of.ts";
import { providerDocument } from "./testing/memory-store.ts";

const issuer = "https://login.example.com";
const roles = { admin: ["platform"], approver: ["dba", "leads"], viewer: ["staff"] };

describe("rolesOf", () => {
  it.each<[PrincipalKind, string[], string[]]>([
    ["human", [], []],
    ["human", ["Platform", "platform2", "admin", "*"], []],
    ["human", ["staff"], ["viewer"]],
    ["human", ["leads"], ["approver", "viewer"]],
    ["human", ["staff", "dba", "platform"], ["admin", "approver", "viewer"]],
    ["service", ["platform"], ["admin", "viewer"]],
    ["ai-agent", ["dba"], ["viewer"]],
  ])("gives a %s in the groups %j the roles %j", (kind, groups, expected) => {
    expect(rolesOf({ kind, groups }, providerDocument({ issuer, roles }))).toEqual(expected);
  });

  it("gives none where the document names none, whatever the groups are called", () => {
    const principal = { kind: "human", groups: ["admin", "approver", "viewer"] } as const;
    expect(rolesOf(principal, providerDocument({ issuer }))).toEqual([]);
    expect(rolesOf(principal, providerDocument({ issuer, roles: { viewer: ["staff"] } }))).toEqual([]);
  });
});
