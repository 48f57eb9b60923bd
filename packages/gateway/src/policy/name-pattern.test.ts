import { describe, expect, it } from "vitest";
import { compileColumnPattern, compileFunctionPattern, compileRelationPattern } from "./name-pattern.ts";

describe("a table's pattern", () => {
  it.each<[string, string | undefined, string, boolean, boolean]>([
    ["public.customers", "shop", "public.customers", true, true],
    ["public.c*", "shop", "public.customers", true, true],
    ["*.customers", undefined, "public.customers", true, true],
    ["public.orders", "shop", "public.customers", false, false],
    ["shop.public.*", "shop", "public.customers", true, true],
    ["vault.public.*", "shop", "public.customers", false, false],
    // nobody knows which database it is: what allows does not mean it, what denies does
    ["shop.public.*", undefined, "public.customers", false, true],
    ["*.public.*", undefined, "public.customers", true, true],
    ['public."*"', "shop", "public.customers", false, false],
    ['public."*"', "shop", "public.*", true, true],
    ["PUBLIC.customers", "shop", "public.customers", false, false],
  ])("%s in %s for %s", (pattern, database, fullName, means, mayMean) => {
    const [schema = "", name = ""] = fullName.split(".");
    const compiled = compileRelationPattern(pattern);
    expect(compiled.means({ database, schema, name })).toBe(means);
    expect(compiled.mayMean({ database, schema, name })).toBe(mayMean);
  });

  it.each([
    ["public.*", true],
    ["pub*.x", false],
    ['"pub*".x', true],
  ])("%s names its schema: %s", (pattern, names) => {
    expect(compileRelationPattern(pattern).namesSchema).toBe(names);
  });
});

describe("a column's pattern", () => {
  it("ends with the column", () => {
    const { relation, column } = compileColumnPattern("shop.*.customers.e*");
    expect(relation.means({ database: "shop", schema: "public", name: "customers" })).toBe(true);
    expect([column("email"), column("name")]).toEqual([true, false]);
  });
});

describe("a function's pattern", () => {
  it.each([
    ["public.add_*", "public", "add_one", true],
    ["*.add_one", "public", "add_one", true],
    ["*.*", "pg_catalog", "pg_read_file", false],
    ["pg_catalog.*", "pg_catalog", "pg_read_file", true],
  ])("%s for %s.%s is %s", (pattern, schema, name, expected) => {
    expect(compileFunctionPattern(pattern)(schema, name)).toBe(expected);
  });
});
