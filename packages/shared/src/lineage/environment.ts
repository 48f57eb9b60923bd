import type { Catalog, CatalogRelation } from "../catalog/catalog.ts";
import type { TemporaryRelation } from "./lineage.ts";
import type { Lowered, RelationName } from "./relational.ts";

/** What the names of a statement mean: fixed, so that what was resolved in it can be kept. */
export interface Environment {
  readonly catalog: Catalog;
  readonly searchPath: readonly string[];
  readonly temporary: ReadonlyMap<string, TemporaryRelation>;
  /** Columns that every table has besides its own, which tell of rows and not of what is in them. */
  readonly implicitColumns: ReadonlySet<string>;
  /** Types of lists whose elements are no rows. */
  readonly plainLists: ReadonlySet<number>;
  /** Types of numbers whose sums do not fail. */
  readonly summable: ReadonlySet<number>;
  /** Reads the definition of a view; the same object for the same view. */
  readonly readView: (relation: CatalogRelation) => Lowered;
}

/** How texts name what is the session's own. */
export const TEMPORARY_SCHEMA = "pg_temp";

/** Where the server looks before the search path, unless that says otherwise. */
const SYSTEM_SCHEMA = "pg_catalog";

export type FoundRelation =
  | { readonly kind: "catalog"; readonly relation: CatalogRelation }
  | { readonly kind: "temporary"; readonly relation: TemporaryRelation }
  /** Nobody knows it, or it might be one of two. */
  | { readonly kind: "missing" | "unclear"; readonly because: string };

/** What a name means. A name that is both the session's own and in the catalog is unclear: which one counts depends on what the server has kept. */
export function findRelation({ schema, name }: RelationName, environment: Environment): FoundRelation {
  const own = environment.temporary.get(name);
  if (schema === TEMPORARY_SCHEMA) return own === undefined ? missing(name) : { kind: "temporary", relation: own };
  const relation = schema === undefined ? inSight(name, environment) : environment.catalog.relation(schema, name);
  if (own === undefined || schema !== undefined)
    return relation === undefined ? missing(name) : { kind: "catalog", relation };
  if (relation === undefined) return { kind: "temporary", relation: own };
  return {
    kind: "unclear",
    because: `"${name}" may be the session's own or that of schema ${relation.schema}; write the schema.`,
  };
}

/** The catalog's relation that a name without a schema stands for. */
export function inSight(name: string, { catalog, searchPath }: Environment): CatalogRelation | undefined {
  const path = searchPath.includes(SYSTEM_SCHEMA) ? searchPath : [SYSTEM_SCHEMA, ...searchPath];
  for (const schema of path) {
    const relation = catalog.relation(schema, name);
    if (relation !== undefined) return relation;
  }
  return undefined;
}

function missing(name: string): FoundRelation {
  return { kind: "missing", because: `The gateway knows no relation "${name}".` };
}
