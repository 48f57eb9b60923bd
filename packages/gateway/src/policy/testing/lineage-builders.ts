import type { CatalogColumn, CatalogFunction, CatalogRelation, RelationKind } from "@sallyport/shared/catalog/catalog";
import type { Access, Flow, Lineage, Manner, Output, Source } from "@sallyport/shared/lineage/lineage";
import type { ParsedStatement } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";

/** For tests: a table that others can be made parts of. */
export interface TestTable extends CatalogRelation {
  readonly descendants: CatalogRelation[];
}

let tables = 0;

/** Makes a table named `schema.name` with these columns. */
export function table(
  fullName: string,
  columnNames: readonly string[],
  more: { readonly kind?: RelationKind; readonly ancestors?: readonly TestTable[] } = {},
): TestTable {
  const { kind = "table", ancestors = [] } = more;
  const [schema = "", name = ""] = fullName.split(".");
  const columns: CatalogColumn[] = [];
  const columnByName = new Map<string, CatalogColumn>();
  const relation: TestTable = {
    id: ++tables,
    schema,
    name,
    kind,
    columns,
    columnByName,
    definition: undefined,
    ancestors,
    descendants: [],
    opaqueBecause: undefined,
  };
  columns.push(
    ...columnNames.map((column, index) => ({ relation, name: column, number: index + 1, type: 25, madeOf: [] })),
  );
  for (const ancestor of ancestors) ancestor.descendants.push(relation);
  for (const column of columns) columnByName.set(column.name, column);
  return relation;
}

/** A column of a table; throws where there is none. */
export function columnOf(relation: CatalogRelation, name: string): CatalogColumn {
  const found = relation.columns.find((column) => column.name === name);
  if (found === undefined) throw new Error(`${relation.name} has no column ${name}`);
  return found;
}

/** A value that comes from a column. */
export function from(
  relation: CatalogRelation,
  name: string,
  manner: Manner = "same",
  path: readonly string[] = [],
): Source {
  return { column: columnOf(relation, name), path, manner };
}

/** A column of a result. */
export function output(name: string, ...flow: Flow): Output {
  return { name, flow };
}

/** That a table is touched; without columns, as a whole. */
export function access(verb: Verb, relation: CatalogRelation, columns?: readonly string[]): Access {
  return { verb, schema: relation.schema, name: relation.name, relation, columns };
}

/** That a table is touched which no catalog has. */
export function ownAccess(verb: Verb, name: string): Access {
  return { verb, schema: "pg_temp", name, relation: undefined, columns: undefined };
}

/** Somebody's function. */
export function functionNamed(schema: string, name: string): CatalogFunction {
  return { schema, name, kind: "function", trusted: false, volatile: true, returnsSet: false };
}

/** What a statement touches, where only some of it matters. */
export function lineage(parts: Partial<Lineage>): Lineage {
  return {
    located: ["read", "insert", "update", "delete"],
    accesses: [],
    calls: [],
    outputs: undefined,
    uses: [],
    stored: [],
    facts: [],
    unknownBecause: undefined,
    hasMissing: false,
    makes: undefined,
    ...parts,
  };
}

/** A statement of these verbs; without parts, one of which nobody knows what it touches. */
export function statement(verbs: readonly Verb[], parts?: Partial<Lineage>): ParsedStatement {
  const text = `${verbs.join(" and ")} something`;
  return parts === undefined ? { text, verbs } : { text, verbs, lineage: lineage(parts) };
}
