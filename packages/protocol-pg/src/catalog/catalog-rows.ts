import type { CatalogFunction, RelationKind } from "@sallyport/shared/catalog/catalog";

/** What a server's own tables say of a table, view or what else rows are read from. */
export interface RelationRow {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: RelationKind;
  /** Whether rules other than a view's own stand in the way of statements. */
  readonly hasRules: boolean;
}

export interface ColumnRow {
  readonly relation: number;
  readonly number: number;
  readonly type: number;
  readonly name: string;
}

/** A column that is generated from another one of its relation, by their numbers. */
export interface GeneratedRow {
  readonly relation: number;
  readonly column: number;
  readonly from: number;
}

export interface InheritanceRow {
  readonly child: number;
  readonly parent: number;
}

export interface FunctionRow extends CatalogFunction {
  readonly id: number;
}

/** A function behind an operator. */
export interface OperatorRow {
  readonly operator: string;
  readonly function: number;
}

/** A function that runs as values become one of a type, or are cast from it. */
export interface TypeRow {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly function: number;
}

/** Everything that a catalog is made of. */
export interface CatalogRows {
  readonly version: string;
  readonly database: string;
  readonly searchPath: readonly string[];
  readonly relations: readonly RelationRow[];
  readonly columns: readonly ColumnRow[];
  readonly generated: readonly GeneratedRow[];
  /** Of views and materialized views, by number. */
  readonly definitions: ReadonlyMap<number, string>;
  readonly inheritance: readonly InheritanceRow[];
  readonly functions: readonly FunctionRow[];
  readonly operators: readonly OperatorRow[];
  readonly types: readonly TypeRow[];
}
