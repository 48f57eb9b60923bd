import type { ParsedStatement } from "@sallyport/shared/statement";
import type { SqlEffect } from "./sql-effect.ts";

/** What PostgreSQL's own parser says about a text that it cannot read. */
export interface SqlSyntaxError {
  readonly message: string;
  /** In characters, from 1, as in the `P` field of an ErrorResponse. */
  readonly position: number | undefined;
}

/** One statement of a text. The same object for the same text and grammar, so that decisions can be kept by identity. */
export interface PgStatement extends ParsedStatement {
  /** Its own part of the text without surrounding white space; the text exactly as sent when it is the only one. */
  readonly text: string;
  readonly effect: SqlEffect;
  readonly syntaxError?: SqlSyntaxError;
}

/** A text of a Query or Parse message as read. No statements: it is empty or holds only comments. */
export interface ReadText {
  readonly statements: readonly PgStatement[];
}
