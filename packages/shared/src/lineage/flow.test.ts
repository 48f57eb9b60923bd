import { describe, expect, it } from "vitest";
import type { CatalogColumn, CatalogRelation } from "../catalog/catalog.ts";
import { alternatives, nothing, type Value } from "./flow.ts";
import type { Manner } from "./lineage.ts";

const relation: CatalogRelation = {
  id: 1,
  schema: "public",
  name: "users",
  kind: "table",
  columns: [],
  columnByName: new Map(),
  definition: undefined,
  ancestors: [],
  descendants: [],
  opaqueBecause: undefined,
};
const mail: CatalogColumn = { relation, name: "mail", number: 1, type: 25, madeOf: [] };
const name: CatalogColumn = { relation, name: "name", number: 2, type: 25, madeOf: [] };

const of = (column: CatalogColumn, manner: Manner = "same"): Value => ({
  flow: [{ column, path: [], manner }],
  spelled: false,
});
const spelled: Value = { flow: nothing, spelled: true };
const number: Value = { ...spelled, says: "number" };
const missing: Value = { ...spelled, says: "null" };
const computed: Value = { flow: nothing, spelled: false };

describe("alternatives", () => {
  it.each<[string, readonly Value[], string]>([
    ["itself", [of(mail), of(mail)], "mail"],
    ["NULL", [of(mail), missing], "mail"],
    ["a text", [of(mail), spelled], "mail among anything"],
    ["a number", [of(mail), number, number], "mail among numbers"],
    ["a number and a text", [of(mail), number, spelled], "mail among anything"],
    ["what is computed", [of(mail), computed], "mail among anything"],
    ["another column", [of(mail), of(name)], "mail among others, name among others"],
    ["what was made of it", [of(mail), of(mail, "derived")], "mail among anything"],
    ["nothing of a column", [number, missing], ""],
  ])("of a value and %s", (_, values, expected) => {
    const said = alternatives(values).map(({ column, amongOthers, amongChosen }) =>
      [column.name, amongOthers && "among others", amongChosen && `among ${amongChosen}`].filter(Boolean).join(" "),
    );
    expect(said.join(", ")).toBe(expected);
  });

  it("are told quickly, however many there are", () => {
    const many = Array.from({ length: 20_000 }, () => of(mail, "derived"));
    const begun = performance.now();
    alternatives(many);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});
