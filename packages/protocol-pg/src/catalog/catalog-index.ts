import type { Catalog, CatalogColumn, CatalogFunction, CatalogRelation } from "@sallyport/shared/catalog/catalog";
import { GatewayError } from "@sallyport/shared/errors";
import type { CatalogRows, RelationRow } from "./catalog-rows.ts";
import { allReached } from "./family-tree.ts";

const NONE: readonly never[] = [];
const RULES = "It has rules that rewrite statements.";

/** A relation while what belongs to it is put together. */
interface RelationDraft extends CatalogRelation {
  readonly columns: CatalogColumn[];
  readonly columnByName: Map<string, CatalogColumn>;
  readonly ancestors: CatalogRelation[];
  readonly descendants: CatalogRelation[];
}

/**
 * Makes a catalog of what was read. Types go by three names: as they stand in their schema, with the schema before it (`public.who`), and by their number in
 * decimal, as columns tell it. Of a cast between a type of the server's own and another, only the other one runs its function: the cast
 * starts from it or says its name.
 */
export function createCatalog(rows: CatalogRows): Catalog {
  const relations = draftRelations(rows);
  addColumns(relations, rows);
  addKin(relations, rows);
  const bySchema = new Map<string, Map<string, CatalogRelation>>();
  for (const relation of relations.values()) entryOf(bySchema, relation.schema, newMap).set(relation.name, relation);
  const functions = indexFunctions(rows);
  const { version, database, searchPath } = rows;
  return {
    version,
    database,
    searchPath,
    relation: (schema, name) => bySchema.get(schema)?.get(name),
    relationById: (id) => relations.get(id),
    functions: (name) => functions.byName.get(name) ?? NONE,
    operatorFunctions: (operator) => functions.byOperator.get(operator) ?? NONE,
    typeFunctions: (typeName) => functions.byType.get(typeName) ?? NONE,
  };
}

function draftRelations({ relations, definitions }: CatalogRows): ReadonlyMap<number, RelationDraft> {
  const drafts = new Map<number, RelationDraft>();
  for (const row of relations) {
    if (drafts.has(row.id)) throw malformed(`two relations have the number ${row.id}`);
    drafts.set(row.id, draftOf(row, definitions.get(row.id)));
  }
  return drafts;
}

/** The rules of the server's own views do what their names say, such as setting a setting. */
function draftOf({ id, schema, name, kind, hasRules }: RelationRow, definition: string | undefined): RelationDraft {
  return {
    id,
    schema,
    name,
    kind,
    columns: [],
    columnByName: new Map(),
    definition,
    ancestors: [],
    descendants: [],
    opaqueBecause: hasRules && kind !== "catalog" ? RULES : undefined,
  };
}

function addColumns(relations: ReadonlyMap<number, RelationDraft>, { columns, generated }: CatalogRows): void {
  const madeOf = new Map(
    generated.map(({ relation, column }) => [placeOf(relation, column), newList<CatalogColumn>()]),
  );
  const byPlace = new Map<string, CatalogColumn>();
  for (const { relation: id, name, number, type } of columns) {
    const relation = known(relations, id);
    if (relation.columnByName.has(name)) throw malformed(`relation ${id} has two columns of one name`);
    const place = placeOf(id, number);
    const column = { relation, name, number, type, madeOf: madeOf.get(place) ?? NONE };
    relation.columns.push(column);
    relation.columnByName.set(name, column);
    if (madeOf.size > 0) byPlace.set(place, column);
  }
  for (const { relation, column, from } of generated) {
    const source = byPlace.get(placeOf(relation, from));
    if (source === undefined)
      throw malformed(`column ${column} of relation ${relation} is made of one that there is not`);
    madeOf.get(placeOf(relation, column))?.push(source);
  }
}

function placeOf(relation: number, column: number): string {
  return `${relation} ${column}`;
}

function addKin(relations: ReadonlyMap<number, RelationDraft>, { inheritance }: CatalogRows): void {
  const parents = new Map<number, number[]>();
  const children = new Map<number, number[]>();
  for (const { child, parent } of inheritance) {
    entryOf(parents, child, newList<number>).push(parent);
    entryOf(children, parent, newList<number>).push(child);
  }
  for (const [id, all] of allReached(parents))
    for (const one of all) known(relations, id).ancestors.push(known(relations, one));
  for (const [id, all] of allReached(children))
    for (const one of all) known(relations, id).descendants.push(known(relations, one));
}

interface FunctionIndex {
  readonly byName: ReadonlyMap<string, readonly CatalogFunction[]>;
  readonly byOperator: ReadonlyMap<string, readonly CatalogFunction[]>;
  readonly byType: ReadonlyMap<string, readonly CatalogFunction[]>;
}

function indexFunctions({ functions, operators, types }: CatalogRows): FunctionIndex {
  const byId = new Map<number, CatalogFunction>();
  const byName = new Map<string, CatalogFunction[]>();
  const byOperator = new Map<string, CatalogFunction[]>();
  const byType = new Map<string, CatalogFunction[]>();
  for (const { id, ...described } of functions) {
    byId.set(id, described);
    entryOf(byName, described.name, newList<CatalogFunction>).push(described);
  }
  const addTo = (index: Map<string, CatalogFunction[]>, key: string, id: number): void => {
    const described = known(byId, id);
    if (described.trusted) return;
    const list = entryOf(index, key, newList<CatalogFunction>);
    if (!list.includes(described)) list.push(described);
  };
  for (const { operator, function: id } of operators) addTo(byOperator, operator, id);
  for (const { id: type, schema, name, function: id } of types)
    for (const key of [name, `${schema}.${name}`, String(type)]) addTo(byType, key, id);
  return { byName, byOperator, byType };
}

function known<T>(all: ReadonlyMap<number, T>, id: number): T {
  const one = all.get(id);
  if (one === undefined) throw malformed(`something is said of ${id}, which there is not`);
  return one;
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = make();
  map.set(key, made);
  return made;
}

function newMap(): Map<string, CatalogRelation> {
  return new Map();
}

function newList<T>(): T[] {
  return [];
}

function malformed(what: string): GatewayError {
  return new GatewayError("server/malformed", `the catalog contradicts itself: ${what}`);
}
