import type { Manner, StatementFact } from "./lineage.ts";

/**
 * The small relational form that every dialect's statements are lowered to: only what decides where a result's values come from.
 * Names are as the server compares them. What a dialect cannot lower it says to be unknown.
 */

/** The name of a relation as the text has it. */
export interface RelationName {
  readonly schema: string | undefined;
  readonly name: string;
}

/**
 * What a call makes of its arguments; see `Manner`. `counted`: it counts them, and only that. `unfolded`: how much comes out depends on what is in
 * them, which tells of a value that was worked on before more than its size. `added`: it adds them up, which fails where the sum is too large.
 */
export type CallManner = Manner | "counted" | "unfolded" | "added";

export type Expression =
  /** What the text or a parameter spells out. `says`: where it is NULL, or a number of ordinary size. */
  | { readonly kind: "literal"; readonly says?: "null" | "number" }
  /** A number that stands alone in ORDER BY or GROUP BY is the place of an output, from 1. */
  | { readonly kind: "place"; readonly place: number }
  /** `a`, `t.a`, `s.t.a`; or a whole row, where a range of that name is in sight. */
  | { readonly kind: "column"; readonly path: readonly string[] }
  /** `*`, `t.*` among the outputs, in a call or in a row. */
  | { readonly kind: "star"; readonly qualifier: readonly string[] }
  | {
      readonly kind: "call";
      readonly manner: CallManner;
      readonly args: readonly Expression[];
      /** How long a list among the arguments is makes no difference to it: the list is a part of the result, or the result is the list. */
      readonly lists?: "taken" | "kept";
      /** It fails where one of its arguments is missing. */
      readonly needsAll?: boolean;
    }
  /** A part of a JSON value or array. undefined is a step that the text does not spell out. */
  | {
      readonly kind: "part";
      readonly of: Expression;
      readonly steps: readonly (string | undefined)[];
      /** It is an element by its place, as of an array: whether there is one tells of nothing in it. */
      readonly byPlace: boolean;
    }
  /** A field of a row value: `(t).a`; undefined is all of them. */
  | { readonly kind: "field"; readonly of: Expression; readonly name: string | undefined }
  /** Both sides are equal, or not. */
  | { readonly kind: "equality"; readonly left: Expression; readonly right: readonly Expression[] }
  /** The left side is among the rows of a query. */
  | {
      readonly kind: "membership";
      readonly left: readonly Expression[];
      readonly query: Query;
      readonly equality: boolean;
    }
  /** AND, OR, NOT, IS TRUE. */
  | { readonly kind: "logic"; readonly of: readonly Expression[] }
  | { readonly kind: "is-null"; readonly of: Expression }
  | { readonly kind: "exists"; readonly query: Query }
  | { readonly kind: "subquery"; readonly query: Query; readonly manner: "same" | "derived" }
  /**
   * What gives a value of every untouched one of the types in `always`, and of one in `butAtEnds` unless it lies at the very end of its type, where this
   * fails: so that it asks whether the value is there.
   */
  | {
      readonly kind: "bounded";
      readonly of: Expression;
      readonly always: ReadonlySet<number>;
      readonly butAtEnds: ReadonlySet<number>;
    }
  /** `mayFail`: so may a result that is taken only where there is none before it. */
  | {
      readonly kind: "choice";
      readonly conditions: readonly Expression[];
      readonly results: readonly Expression[];
      readonly mayFail: boolean;
    }
  /** An aggregate or window function with what it is told besides its arguments. */
  | {
      readonly kind: "gathered";
      readonly call: Expression;
      readonly distinct: boolean;
      readonly filter: Expression | undefined;
      readonly partition: readonly Expression[];
      readonly order: readonly Expression[];
    }
  | { readonly kind: "unknown"; readonly because: string };

/** `name`: as the result's column is called. */
export interface OutputItem {
  readonly name: string;
  readonly expression: Expression;
}

/** What stands in FROM. `columns`: names given to its columns, from the first on. */
export type Range =
  | {
      readonly kind: "relation";
      readonly relation: RelationName;
      readonly alias: string | undefined;
      readonly columns: readonly string[];
      /** Without what inherits from it. */
      readonly only: boolean;
    }
  | {
      readonly kind: "query";
      readonly query: Query;
      /** It sees what stands before it in the same FROM. */
      readonly lateral: boolean;
      readonly alias: string | undefined;
      readonly columns: readonly string[];
    }
  /** Functions that give rows. `expands`: as many as its argument has elements, which tells no more than the elements do. */
  | {
      readonly kind: "call";
      readonly calls: readonly Expression[];
      readonly expands: boolean;
      /** The elements may be rows, whose columns are in sight instead of the one that is named. */
      readonly mayHaveMore: boolean;
      readonly alias: string | undefined;
      /** undefined: not known without the function. */
      readonly columns: readonly string[] | undefined;
    }
  | {
      readonly kind: "join";
      readonly left: Range;
      readonly right: Range;
      /** undefined: by all names that both have. */
      readonly using: readonly string[] | undefined;
      readonly on: Expression | undefined;
      readonly alias: string | undefined;
      readonly columns: readonly string[];
    }
  | { readonly kind: "unknown"; readonly because: string };

export interface CommonTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
  /** Columns that SEARCH and CYCLE add, made of others by their names. */
  readonly added: readonly { readonly name: string; readonly of: readonly string[] }[];
}

export interface Select {
  readonly kind: "select";
  readonly outputs: readonly OutputItem[];
  readonly from: readonly Range[];
  readonly where: Expression | undefined;
  readonly group: readonly Expression[];
  readonly having: Expression | undefined;
  /** Named windows: what they partition and order by. */
  readonly windows: { readonly partition: readonly Expression[]; readonly order: readonly Expression[] };
  readonly distinct: boolean;
  readonly distinctOn: readonly Expression[];
  /** FOR UPDATE and the like: names of ranges; empty with `locks`: all. */
  readonly locks: readonly string[] | undefined;
}

/** INSERT, UPDATE, DELETE and MERGE, with what they give back. */
export interface Write {
  readonly kind: "write";
  readonly verb: "insert" | "update" | "delete" | "merge";
  readonly target: RelationName;
  readonly alias: string | undefined;
  readonly only: boolean;
  /** FROM, USING. */
  readonly from: readonly Range[];
  readonly where: Expression | undefined;
  /** What INSERT puts in; undefined: default values. */
  readonly source: Query | undefined;
  /** The columns that INSERT names; undefined: all from the first on. */
  readonly columns: readonly string[] | undefined;
  readonly actions: readonly WriteAction[];
  /** How RETURNING calls the row before and after, and the row that INSERT could not put in. */
  readonly rowNames: readonly string[];
  readonly returning: readonly OutputItem[];
}

/** What ON CONFLICT, UPDATE or a branch of MERGE does to rows that are there. */
export interface WriteAction {
  readonly verb: "insert" | "update" | "delete";
  readonly condition: Expression | undefined;
  readonly sets: readonly { readonly columns: readonly string[]; readonly value: Expression }[];
}

export interface SetOperation {
  readonly kind: "set";
  readonly all: boolean;
  /** Rows of both sides come out, as of UNION. */
  readonly merges: boolean;
  readonly left: Query;
  readonly right: Query;
}

export interface Values {
  readonly kind: "values";
  readonly rows: readonly (readonly Expression[])[];
}

export interface Query {
  readonly with: readonly CommonTable[];
  readonly recursive: boolean;
  readonly body: Select | SetOperation | Values | Write;
  readonly order: readonly Expression[];
  /** LIMIT and OFFSET. */
  readonly bounds: readonly Expression[];
}

/**
 * A function by its name in the text, and what the dialect knows of the server's own of that name: `computes`, and nothing else, whatever the
 * catalog says; `reveals` what others do or keep; `declared`: what the catalog says counts.
 */
export interface CalledName {
  readonly schema: string | undefined;
  readonly name: string;
  readonly power: "computes" | "reveals" | "declared";
}

/** Everything that a statement calls, wherever it stands in it. */
export interface CalledNames {
  readonly functions: readonly CalledName[];
  readonly operators: readonly string[];
  readonly types: readonly string[];
}

/** What a statement is about, in the relational form. */
export type Subject =
  | { readonly kind: "query"; readonly query: Query }
  /** The plan of something is shown, not its result. `runs`: it is carried out, and what that took is shown too. */
  | { readonly kind: "explain"; readonly of: Subject; readonly runs: boolean }
  /** A table or view is made. Without a query: of the columns that are named. */
  | {
      readonly kind: "make";
      readonly what: "table" | "view";
      readonly relation: RelationName;
      readonly temporary: boolean;
      readonly query: Query | undefined;
      readonly columns: readonly string[];
      /** Names what it is made like or inherits from, so that its columns are not known from the text. */
      readonly likeOthers: boolean;
    }
  /** Rows of a table or of a query go out in bulk. */
  | {
      readonly kind: "copy-out";
      readonly relation: RelationName | undefined;
      readonly columns: readonly string[];
      readonly query: Query | undefined;
    }
  | { readonly kind: "copy-in"; readonly relation: RelationName; readonly columns: readonly string[] }
  /** Tables or views are dropped, emptied, changed, locked: as a whole. */
  | { readonly kind: "whole"; readonly relations: readonly RelationName[] }
  /** Nothing in the database: BEGIN, SET, SHOW. */
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly because: string };

/** A statement lowered: what it is about, and what it calls. */
export interface Lowered {
  readonly subject: Subject;
  readonly calls: CalledNames;
  /** Facts that its text alone shows. */
  readonly facts: readonly StatementFact[];
}
