import { describe, expect, it } from "vitest";
import { factsFault } from "./facts-fault.ts";

describe("what a server says of itself", () => {
  it.each([
    ["as servers do", "18.0 (Debian 18.0-1)", { search_path: "x".repeat(1_000), TimeZone: "UTC" }],
    ["with nothing to say", "", {}],
    ["in other letters", "8.0-größer", { a: "ä\0\n" }],
    ["up to the bound", "1", { a: "y".repeat(64 * 1024 - 2) }],
  ])("is passed on %s", (_, version, settings) => {
    expect(factsFault({ version, settings })).toBeUndefined();
  });

  it.each([
    ["one byte beyond the bound", "1", { a: "y".repeat(64 * 1024 - 1) }],
    [
      "names without values beyond it",
      "1",
      Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`x${at}`, ""])),
    ],
    ["a version that ends its own text and goes on", "8.0\0\x01\x02", {}],
    ["a version of several lines", "8.0\n9.0", {}],
    ["an endless version", "8".repeat(257), {}],
  ])("is not, with %s", (_, version, settings) => {
    expect(factsFault({ version, settings })?.code).toBe("server/malformed");
  });
});
