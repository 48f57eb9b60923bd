import { createHash, type Hash } from "node:crypto";
import type { ServerReading } from "@sallyport/shared/adapter";
import type { Catalog, CatalogFunction, RelationKind } from "@sallyport/shared/catalog/catalog";
import { GatewayError } from "@sallyport/shared/errors";
import { createCatalog } from "./catalog-index.ts";
import {
  columnsQuery,
  databaseQuery,
  definitionsQuery,
  emptyPath,
  functionsQuery,
  generatedQuery,
  inheritanceQuery,
  operatorsQuery,
  relationsQuery,
  schemasQuery,
  searchPathQuery,
  typesQuery,
} from "./catalog-queries.ts";
import type { CatalogRow } from "./catalog-row.ts";
import type {
  ColumnRow,
  FunctionRow,
  GeneratedRow,
  InheritanceRow,
  OperatorRow,
  RelationRow,
  TypeRow,
} from "./catalog-rows.ts";
import { ServerQueries, type QueryBounds } from "./server-queries.ts";

/** Writing a view down locks what it is made of until the text's end, and a server has room for some thousands of locks. */
const VIEWS_AT_ONCE = 100;

const relationKinds: ReadonlyMap<string, RelationKind> = new Map([
  ["r", "table"],
  ["p", "table"],
  ["v", "view"],
  ["m", "materialized-view"],
  ["f", "foreign-table"],
  ["S", "sequence"],
]);
const functionKinds: ReadonlyMap<string, CatalogFunction["kind"]> = new Map([
  ["f", "function"],
  ["p", "procedure"],
  ["a", "aggregate"],
  ["w", "window"],
]);

/**
 * Reads the objects of the database that the session is in: what the server's tables say of them as of one moment, and then what views are made
 * of. Takes any role: the server shows all this to everybody. The session is as before afterwards.
 */
export async function readCatalog({ stream }: ServerReading, bounds?: QueryBounds): Promise<Catalog> {
  const queries = new ServerQueries(stream, bounds);
  const hash = createHash("sha256");
  const ask = <T>(sql: string, columns: number, read: (row: CatalogRow) => T): Promise<T[]> =>
    rowsOf(queries, hash, sql, columns, read);
  await queries.run("begin isolation level repeatable read read only");
  const searchPath = (await ask(searchPathQuery, 1, (row) => row.text())).filter((name) => !isTemporary(name));
  await queries.run(emptyPath);
  const [database] = await ask(databaseQuery, 1, (row) => row.text());
  if (database === undefined) throw new GatewayError("server/malformed", "the server does not name its database");
  const schemas = new Map(await ask(schemasQuery, 2, (row) => [row.id(), row.text()] as const));
  const schemaOf = (row: CatalogRow): string => schemaNamed(schemas, row.id());
  const relations = await ask(relationsQuery, 6, (row) => readRelation(row, schemaOf));
  const columns = await ask(columnsQuery, 4, columnReader());
  const generated = await ask(generatedQuery, 3, readGenerated);
  const inheritance = await ask(inheritanceQuery, 2, readInheritance);
  const functions = await ask(functionsQuery, 7, (row) => readFunction(row, schemaOf));
  const operators = await ask(operatorsQuery, 2, readOperator);
  const types = await ask(typesQuery, 4, (row) => readType(row, schemaOf));
  await queries.run("commit");
  const definitions = await readDefinitions(relations, ask);
  const version = hash.digest("hex");
  return createCatalog({
    version,
    database,
    searchPath,
    relations,
    columns,
    generated,
    definitions,
    inheritance,
    functions,
    operators,
    types,
  });
}

async function rowsOf<T>(
  queries: ServerQueries,
  hash: Hash,
  sql: string,
  columns: number,
  read: (row: CatalogRow) => T,
): Promise<T[]> {
  const rows: T[] = [];
  hash.update(sql);
  await queries.run(
    sql,
    columns,
    (row) => rows.push(read(row)),
    (body) => hash.update(body),
  );
  return rows;
}

/** A view that went away meanwhile has no definition. What changed meanwhile shows in the marks of the server's objects. */
async function readDefinitions(
  relations: readonly RelationRow[],
  ask: <T>(sql: string, columns: number, read: (row: CatalogRow) => T) => Promise<readonly T[]>,
): Promise<ReadonlyMap<number, string>> {
  const definitions = new Map<number, string>();
  const views = relations.filter(({ kind }) => kind === "view" || kind === "materialized-view").map(({ id }) => id);
  for (let from = 0; from < views.length; from += VIEWS_AT_ONCE) {
    const some = definitionsQuery(views.slice(from, from + VIEWS_AT_ONCE));
    const texts = await ask(
      `begin; ${emptyPath}; ${some}; commit`,
      2,
      (row) => [row.id(), row.optionalText()] as const,
    );
    for (const [id, text] of texts) if (text !== undefined) definitions.set(id, text.replace(/;\s*$/, "").trim());
  }
  return definitions;
}

function readRelation(row: CatalogRow, schemaOf: (row: CatalogRow) => string): RelationRow {
  const id = row.id();
  const schema = schemaOf(row);
  const name = row.text();
  const kind = row.word(relationKinds);
  return { id, schema, name, kind: row.flag() ? "catalog" : kind, hasRules: row.flag() };
}

/** Thousands of tables have columns of the same few names, which are kept once. */
function columnReader(): (row: CatalogRow) => ColumnRow {
  const names = new Map<string, string>();
  return (row) => {
    const numbers = { relation: row.id(), number: row.id(), type: row.id() };
    const name = row.text();
    const known = names.get(name);
    if (known !== undefined) return { ...numbers, name: known };
    names.set(name, name);
    return { ...numbers, name };
  };
}

function readGenerated(row: CatalogRow): GeneratedRow {
  return { relation: row.id(), column: row.id(), from: row.id() };
}

function readInheritance(row: CatalogRow): InheritanceRow {
  return { child: row.id(), parent: row.id() };
}

function readFunction(row: CatalogRow, schemaOf: (row: CatalogRow) => string): FunctionRow {
  return {
    id: row.id(),
    schema: schemaOf(row),
    name: row.text(),
    kind: row.word(functionKinds),
    trusted: row.flag(),
    volatile: row.flag(),
    returnsSet: row.flag(),
  };
}

function readOperator(row: CatalogRow): OperatorRow {
  return { operator: row.text(), function: row.id() };
}

function readType(row: CatalogRow, schemaOf: (row: CatalogRow) => string): TypeRow {
  return { id: row.id(), schema: schemaOf(row), name: row.text(), function: row.id() };
}

function schemaNamed(schemas: ReadonlyMap<number, string>, id: number): string {
  const name = schemas.get(id);
  if (name === undefined)
    throw new GatewayError("server/malformed", `an object lies in schema ${id}, which there is not`);
  return name;
}

function isTemporary(schema: string): boolean {
  return /^pg_(toast_)?temp_/.test(schema);
}
