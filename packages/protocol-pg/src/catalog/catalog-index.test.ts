import { describe, expect, it } from "vitest";
import { createCatalog } from "./catalog-index.ts";
import type { CatalogRows, FunctionRow, RelationRow } from "./catalog-rows.ts";

const relation = (id: number, name: string, more: Partial<RelationRow> = {}): RelationRow => ({
  id,
  schema: "public",
  name,
  kind: "table",
  hasRules: false,
  ...more,
});
const functionNamed = (id: number, name: string, more: Partial<FunctionRow> = {}): FunctionRow => ({
  id,
  schema: "public",
  name,
  kind: "function",
  trusted: false,
  volatile: true,
  returnsSet: false,
  ...more,
});
const rows = (more: Partial<CatalogRows> = {}): CatalogRows => ({
  version: "1",
  database: "shop",
  searchPath: ["public"],
  relations: [],
  columns: [],
  definitions: new Map(),
  generated: [],
  inheritance: [],
  functions: [],
  operators: [],
  types: [],
  ...more,
});

describe("a catalog", () => {
  it("finds relations by name and number, each one object that its columns lead back to", () => {
    const catalog = createCatalog(
      rows({
        relations: [relation(10, "users"), relation(11, "users", { schema: "hr" })],
        columns: [
          { relation: 10, number: 1, type: 23, name: "id" },
          { relation: 10, number: 3, type: 25, name: "email" },
          { relation: 11, number: 1, type: 25, name: "email" },
        ],
      }),
    );
    const users = catalog.relation("public", "users");
    expect(users?.columns.map(({ name, number, type }) => ({ name, number, type }))).toEqual([
      { name: "id", number: 1, type: 23 },
      { name: "email", number: 3, type: 25 },
    ]);
    expect(catalog.relationById(10)).toBe(users);
    expect(users?.columns.every((column) => column.relation === users)).toBe(true);
    expect(users?.columnByName.get("email")).toBe(users?.columns[1]);
    expect(catalog.relation("hr", "users")).not.toBe(users);
    expect(catalog.relation("public", "nobody")).toBeUndefined();
    expect(catalog.relation("other", "users")).toBeUndefined();
    expect(catalog.relationById(12)).toBeUndefined();
  });

  it("knows what a relation inherits from and what inherits from it", () => {
    const catalog = createCatalog(
      rows({
        relations: [relation(1, "all"), relation(2, "year"), relation(3, "month")],
        inheritance: [
          { child: 2, parent: 1 },
          { child: 3, parent: 2 },
        ],
      }),
    );
    const [all, year, month] = [1, 2, 3].map((id) => catalog.relationById(id));
    expect(all).toMatchObject({ ancestors: [] });
    expect(all?.descendants).toEqual([year, month]);
    expect(year?.ancestors).toEqual([all]);
    expect(month?.ancestors).toEqual([year, all]);
  });

  it.each([
    ["a table with rules", relation(1, "r", { hasRules: true }), true],
    ["a view with rules", relation(1, "r", { kind: "view", hasRules: true }), true],
    ["a table", relation(1, "r"), false],
    ["the server's own, whose rules are known", relation(1, "r", { kind: "catalog", hasRules: true }), false],
  ])("says whether it can be known what is done with %s", (_, row, opaque) => {
    expect(createCatalog(rows({ relations: [row] })).relationById(1)?.opaqueBecause !== undefined).toBe(opaque);
  });

  it("has all functions of a name", () => {
    const functions = [functionNamed(1, "f"), functionNamed(2, "f", { schema: "hr" }), functionNamed(3, "g")];
    const catalog = createCatalog(rows({ functions }));
    expect(catalog.functions("f")).toMatchObject([{ schema: "public" }, { schema: "hr" }]);
    expect(catalog.functions("nothing")).toEqual([]);
  });

  it("has what is not trusted behind operators and types, each function once, the types under all their names", () => {
    const functions = [functionNamed(1, "f"), functionNamed(2, "trusted", { trusted: true })];
    const who = { id: 77, schema: "public", name: "who" };
    const catalog = createCatalog(
      rows({
        functions,
        operators: [
          { operator: "###", function: 1 },
          { operator: "###", function: 1 },
          { operator: "+++", function: 2 },
        ],
        types: [
          { ...who, function: 1 },
          { ...who, function: 1 },
          { ...who, function: 2 },
        ],
      }),
    );
    const [f] = catalog.functions("f");
    expect(catalog.operatorFunctions("###")).toEqual([f]);
    expect(catalog.operatorFunctions("+++")).toEqual([]);
    for (const name of ["who", "public.who", "77"]) expect(catalog.typeFunctions(name)).toEqual([f]);
    expect(catalog.typeFunctions("text")).toEqual([]);
  });

  it.each([
    ["two relations of one number", { relations: [relation(1, "a"), relation(1, "b")] }],
    ["a column of nothing", { columns: [{ relation: 9, number: 1, type: 23, name: "id" }] }],
    [
      "two columns of one name",
      {
        relations: [relation(1, "a")],
        columns: [
          { relation: 1, number: 1, type: 23, name: "id" },
          { relation: 1, number: 2, type: 23, name: "id" },
        ],
      },
    ],
    ["a child of nothing", { relations: [relation(1, "a")], inheritance: [{ child: 1, parent: 2 }] }],
    ["an operator over no function", { operators: [{ operator: "###", function: 9 }] }],
    ["a type with no function", { types: [{ id: 1, schema: "public", name: "who", function: 9 }] }],
  ])("is not made of %s", (_, broken) => {
    expect(() => createCatalog(rows(broken))).toThrow(expect.objectContaining({ code: "server/malformed" }));
  });
});
