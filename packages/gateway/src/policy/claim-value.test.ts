import { describe, expect, it } from "vitest";
import { claimValue } from "./claim-value.ts";

const claims = {
  repository: "acme/shop",
  realm_access: { roles: ["dba", "dev"] },
  "kubernetes.io": { namespace: "ci", "pod.name": "x" },
  "a.b": 1,
  a: { b: 2, c: 3 },
};

describe("claimValue", () => {
  it.each([
    ["repository", "acme/shop"],
    ["realm_access.roles", ["dba", "dev"]],
    ["kubernetes.io.namespace", "ci"],
    ["kubernetes.io.pod.name", "x"],
    ["a.b", 1],
    ["a.c", 3],
    ["missing", undefined],
    ["repository.length", undefined],
    ["realm_access.roles.missing", undefined],
    ["constructor", undefined],
    ["__proto__.constructor", undefined],
    [".", undefined],
  ])("finds %s", (path, expected) => {
    expect(claimValue(claims, path)).toEqual(expected);
  });
});
