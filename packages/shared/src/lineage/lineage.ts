import type { CatalogColumn, CatalogFunction, CatalogRelation } from "../catalog/catalog.ts";
import type { Verb } from "../verb.ts";

/**
 * What became of a column's value on its way. `same`: nothing. `carried`: it is in another one as a whole, so that two of these are as equal
 * as what they carry. `derived`: something was made of it, by what cannot fail whatever the value. `asked`: the same, but whether there is a
 * result depends on the value, or all that it says is something about it. `listed`: it was taken apart into a list, so that things fail by how
 * long that is. `tested`: something that fails, counts or branches by the value, so that more than the result tells of it.
 */
export type Manner = "same" | "carried" | "derived" | "asked" | "listed" | "tested";

/** One of the columns that a value may come from. */
export interface Source {
  readonly column: CatalogColumn;
  /** Which part of a JSON value; empty: all of it. */
  readonly path: readonly string[];
  readonly manner: Manner;
  /** The columns of views that it passed through on its way, by whose names it may be masked too. */
  readonly seenAs?: readonly CatalogColumn[];
  /** In other rows a value of other columns may stand in its place. */
  readonly amongOthers?: true | undefined;
  /** In other rows something of the statement's own choice may stand in its place: numbers of ordinary size, or anything. */
  readonly amongChosen?: "numbers" | "anything" | undefined;
}

/** All columns that a value may come from; each column once. None: it comes from the statement's own text. */
export type Flow = readonly Source[];

/** A table or view that a statement touches, and by which verb. */
export interface Access {
  readonly verb: Verb;
  /** `pg_temp` for what is the session's own. */
  readonly schema: string;
  readonly name: string;
  /** undefined where the catalog has none: a session's own table, or one that is only made. */
  readonly relation: CatalogRelation | undefined;
  /** The columns it reads or writes; undefined where it is about the whole. */
  readonly columns: readonly string[] | undefined;
}

/**
 * A value that decides something instead of being handed out. `equality`: it is compared for being equal; `grouping`: values are grouped by it
 * or made distinct, and the groups may come in its order; `order`: sorted by; `test`: anything else that a condition can ask; `size`: how much of it there is comes out.
 */
export interface Use {
  readonly flow: Flow;
  readonly how: "equality" | "grouping" | "order" | "test" | "size";
  /** What it is compared with, where that comes from other columns; a value that the statement spells out is not here. */
  readonly against: readonly Against[];
}

/** The other side of a comparison: columns, or what only looks like one (a list, a series), whose values a result may show. */
export interface Against {
  readonly flow: Flow;
}

/** A value that the statement puts into a table. */
export interface Stored {
  readonly schema: string;
  readonly name: string;
  readonly column: string;
  readonly flow: Flow;
}

/** One column of a statement's result. */
export interface Output {
  readonly name: string;
  readonly flow: Flow;
}

export const statementFacts = ["noWhere", "alwaysTrueWhere", "multiStatement", "unbounded"] as const;

/**
 * `noWhere`: an UPDATE or DELETE of all rows. `alwaysTrueWhere`: one whose condition cannot be false. `multiStatement`: sent with others in one
 * text. `unbounded`: rows of a table are read without a limit.
 */
export type StatementFact = (typeof statementFacts)[number];

/** What a statement touches and where its results come from, against one catalog. The same object for the same statement and catalog. */
export interface Lineage {
  /** The verbs whose objects are all in `accesses`. Of other verbs it is not known what they are about. */
  readonly located: readonly Verb[];
  readonly accesses: readonly Access[];
  /** Functions it calls, openly or by operators, casts and checks, that are somebody's code or do more than compute. */
  readonly calls: readonly CatalogFunction[];
  /** The columns of its result in order; undefined where it has none or they are the server's own words. */
  readonly outputs: readonly Output[] | undefined;
  readonly uses: readonly Use[];
  readonly stored: readonly Stored[];
  readonly facts: readonly StatementFact[];
  /** Why the rest cannot be relied on, in words for the client; undefined: it can. */
  readonly unknownBecause: string | undefined;
  /** It names something that the catalog has not: a newer one may. */
  readonly hasMissing: boolean;
  /** What it makes for the session alone. */
  readonly makes: TemporaryRelation | undefined;
}

/** A table or view that a session has made for itself. */
export interface TemporaryRelation {
  readonly name: string;
  /** undefined where its columns are not known for sure, as after ALTER TABLE. */
  readonly columns: readonly Output[] | undefined;
}
