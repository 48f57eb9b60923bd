import { describe, expect, it } from "vitest";
import { pathsMeet, readJsonPath } from "./json-path.ts";

describe("readJsonPath", () => {
  it.each([
    ["$.tax_id", ["tax_id"]],
    ["$.contacts[*].mail", ["contacts", "*", "mail"]],
    ["$[*]", ["*"]],
    ["$.a-b.ü", ["a-b", "ü"]],
  ])("%s", (text, path) => {
    expect(readJsonPath(text)).toEqual(path);
  });

  it.each([
    ["tax_id", "must begin with $"],
    ["$", "leave `at` out"],
    ["$.contacts[0].mail", "write [*]"],
    ["$..mail", "names and [*]"],
    ["$.a b", "names and [*]"],
    ["$.a[", "names and [*]"],
    ["$.*", "names and [*]"],
  ])("refuses %s", (text, problem) => {
    const read = readJsonPath(text);
    expect("problem" in read ? read.problem : "none").toContain(problem);
  });
});

describe("pathsMeet", () => {
  it.each([
    [["a"], ["a"], true],
    [["a", "b"], ["a"], true],
    [["a"], ["a", "b"], true],
    [["a", "*", "c"], ["a", "0", "c"], true],
    [["a", "*", "c"], ["a", "0", "d"], false],
    [["a"], ["b"], false],
    [[], ["b"], true],
  ])("%j and %j: %s", (a, b, meet) => {
    expect(pathsMeet(a, b)).toBe(meet);
    expect(pathsMeet(b, a)).toBe(meet);
  });
});
