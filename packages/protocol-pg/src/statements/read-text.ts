import type { Lowered } from "@sallyport/shared/lineage/relational";
import type { ParsedStatement } from "@sallyport/shared/statement";
import type { CopyForm } from "../masker/copy-form.ts";

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
  /** What it is about, for as long as it is not resolved; undefined where the text could not be read. */
  readonly lowered?: Lowered;
  /** Settings that it changes and by which names mean something else; with what they are set to, where the text spells that out. */
  readonly meaningSettings?: readonly MeaningSetting[];
  /** It would let a session write that began as one that may only read. */
  readonly liftsReadOnly?: true;
}

/** `value`: undefined where the text does not spell it out, null for the default. */
export interface MeaningSetting {
  readonly name: string;
  readonly value: string | null | undefined;
}

/**
 * What a statement does to the names that SQL shares with the protocol: prepared statements and portals (cursors).
 * Names are as the grammar folded and truncated them.
 */
export type SqlEffect =
  | { readonly kind: "none" }
  /** PREPARE: `statement` is what a later EXECUTE of the name runs. */
  | { readonly kind: "prepare"; readonly name: string; readonly statement: PgStatement }
  /**
   * EXECUTE, also inside EXPLAIN or CREATE TABLE AS. The statement's own verbs hold `call` only as a placeholder: the
   * inspector decides it by `otherVerbs` together with the verbs of the statement that was prepared under the name.
   */
  | { readonly kind: "execute"; readonly name: string; readonly otherVerbs: PgStatement["verbs"] }
  /** DEALLOCATE; undefined is ALL. */
  | { readonly kind: "deallocate"; readonly name: string | undefined }
  /** DECLARE: a portal that Execute can run. Without `hold` it ends with its transaction. */
  | { readonly kind: "declare"; readonly name: string; readonly hold: boolean }
  /** FETCH and MOVE: run a portal that may have been made by a protocol Bind. */
  | { readonly kind: "fetch"; readonly name: string }
  /** CLOSE; undefined is ALL. */
  | { readonly kind: "close-cursor"; readonly name: string | undefined }
  /** DISCARD ALL: no prepared statement and no portal is left. Its other forms touch no name. */
  | { readonly kind: "discard" }
  /** COPY … FROM STDIN: once it runs, the client sends data instead of statements. */
  | { readonly kind: "copy-in" }
  /** COPY … TO STDOUT; undefined where the gateway cannot tell how it writes its rows. */
  | { readonly kind: "copy-out"; readonly form: CopyForm | undefined }
  /** Portals end: all but held ones by `commit` and `prepare`, those made in the transaction (or since the savepoint) by the others. */
  | { readonly kind: "end-transaction"; readonly how: "commit" | "rollback" | "rollback-to" | "prepare" };

/** A text of a Query or Parse message as read. No statements: it is empty or holds only comments. */
export interface ReadText {
  /** How much its statements were lowered to, in expressions; undefined where nothing was. */
  readonly lowered?: number;
  readonly statements: readonly PgStatement[];
}
