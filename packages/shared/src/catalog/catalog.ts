/** A column of a table or view. One object per column and catalog, so that columns are compared by identity. */
export interface CatalogColumn {
  readonly relation: CatalogRelation;
  readonly name: string;
  /** As the server counts it, where the protocol tells the origin of a result's column. */
  readonly number: number;
  /** The server's number of its type, as in the description of a result. */
  readonly type: number;
  /** The columns of its row that it is generated from. */
  readonly madeOf: readonly CatalogColumn[];
}

/** `catalog`: the server's own tables and views about its objects; their definitions are not looked into. */
export type RelationKind = "table" | "view" | "materialized-view" | "foreign-table" | "sequence" | "catalog";

/** A table, view or what else rows are read from. */
export interface CatalogRelation {
  /** The server's number, as in the description of a result. */
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: RelationKind;
  readonly columns: readonly CatalogColumn[];
  readonly columnByName: ReadonlyMap<string, CatalogColumn>;
  /** What a view or materialized view is made of: a query in which every name is written in full. */
  readonly definition: string | undefined;
  /** What it inherits from or is a partition of, all the way up; and what inherits from it, all the way down. */
  readonly ancestors: readonly CatalogRelation[];
  readonly descendants: readonly CatalogRelation[];
  /** Why what a statement does with it cannot be known, as with rules that rewrite statements; undefined: it can. */
  readonly opaqueBecause: string | undefined;
}

/** What can be called. `trusted`: the server's own or of an extension that only computes; all else is somebody's code. */
export interface CatalogFunction {
  readonly schema: string;
  readonly name: string;
  readonly kind: "function" | "procedure" | "aggregate" | "window";
  readonly trusted: boolean;
  readonly volatile: boolean;
  readonly returnsSet: boolean;
}

/** The objects of one database at one time. It never changes; a new one is read when the server's has. */
export interface Catalog {
  /** The same for the same objects. */
  readonly version: string;
  readonly database: string;
  /** The schemas in which a session of this credential looks for names, in order; without the temporary one. */
  readonly searchPath: readonly string[];
  relation(schema: string, name: string): CatalogRelation | undefined;
  relationById(id: number): CatalogRelation | undefined;
  /** All of that name, in whatever schema. */
  functions(name: string): readonly CatalogFunction[];
  /** The functions that are not trusted behind operators of this name, in whatever schema. */
  operatorFunctions(operator: string): readonly CatalogFunction[];
  /** The functions that are not trusted and run when a value becomes one of this type or is cast from it: casts, checks of domains. */
  typeFunctions(typeName: string): readonly CatalogFunction[];
}

/** Where a session gets the catalog of its database from. */
export interface CatalogSource {
  /** Whether policy asks about objects at all; without that no catalog is read. */
  readonly needed: boolean;
  /** The catalog as known now. A promise where it has to be read first; it resolves to undefined, never rejects, where that fails. */
  current(): Catalog | undefined | Promise<Catalog | undefined>;
  /** Something showed that the catalog is not the server's any more; what is asked for next is read anew. */
  outdated(): void;
}
