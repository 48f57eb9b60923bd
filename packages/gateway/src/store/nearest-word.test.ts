import { describe, expect, it } from "vitest";
import { nearestWord } from "./nearest-word.ts";

describe("nearestWord", () => {
  it.each([
    ["becuase", ["allow", "deny", "because"], "because"],
    ["principal", ["principals", "groups"], "principals"],
    ["reed", ["read", "create", "truncate"], "read"],
    ["agentgroup", ["agent", "agentGroup"], "agentGroup"],
    ["on", ["allow", "deny"], undefined],
    ["masks", ["policy", "who", "where"], undefined],
    ["", ["who"], undefined],
    ["x".repeat(100_000), ["who"], undefined],
  ])("of %.20j among %j is %j", (mistyped, known, expected) => {
    expect(nearestWord(mistyped, known)).toBe(expected);
  });
});
