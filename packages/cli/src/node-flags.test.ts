import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nodeFlags } from "./node-flags.ts";

const textOf = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

describe("the flags of Node", () => {
  it("are those that the program gives it", () => {
    expect(textOf("packages/cli/bin/sallyport")).toContain(`\nexec node ${nodeFlags.join(" ")} "$(dirname `);
  });

  it("are those that the bench measures with", () => {
    const [, listed = ""] = /gatewayFlags = \[([^\]]*)\]/.exec(textOf("scripts/bench.mjs")) ?? [];
    expect(listed.match(/--[^"]+/g)).toEqual(nodeFlags);
  });
});
