import type { Find, Mask } from "./mask.ts";

/** What happens to one column of a result. */
export type ColumnPlan =
  | { readonly kind: "whole"; readonly mask: Mask }
  /** Only parts of a JSON value: member names, `*` for every element or member. */
  | { readonly kind: "parts"; readonly parts: readonly { readonly path: readonly string[]; readonly mask: Mask }[] };

/** The smallest limits of the rules that allowed a statement; undefined where none sets one. */
export interface ResultLimits {
  readonly rows: number | undefined;
  readonly bytes: number | undefined;
  readonly timeoutMs: number | undefined;
}

/** What policy makes of a statement's result. The same object for the same statement under the same policies, from the second time on. */
export interface ResultPlan {
  /** By position; undefined where the statement's result has no columns of tables. A result of another length is not passed on. */
  readonly columns: readonly (ColumnPlan | undefined)[] | undefined;
  /** What the server's own word on a column's origin adds: by the number of the relation and of the column. It never takes a mask away. */
  byOrigin(relation: number, column: number): ColumnPlan | undefined;
  /** Sought in every text of every result. */
  readonly find: readonly Find[];
  /** Whether the statement touches masked columns, so that texts of errors and notices may quote them. */
  readonly hidesTexts: boolean;
  readonly limits: ResultLimits;
  /** The key of `hash`: 32 bytes. */
  readonly key: Buffer;
}
