import type { ParsedStatement } from "@sallyport/shared/statement";
import type { ModeChange } from "./mode-change.ts";

/** What carrying a statement out does to the session, as far as the inspector has to follow it. */
export type SqlEffect =
  | { readonly kind: "none" }
  /** `KILL QUERY id`: never sent to the server, whose numbers are others than the ones the gateway gives out. */
  | { readonly kind: "kill-query"; readonly id: number }
  /** Changes how later texts are read, once it succeeded: one change after the other, whatever the modes are by then. */
  | { readonly kind: "modes"; readonly changes: readonly ModeChange[] }
  /** `LOAD DATA LOCAL`, `LOAD XML LOCAL`: the one file of the client's that the server may ask for. */
  | { readonly kind: "load-local"; readonly file: string }
  /** SQL's PREPARE … FROM 'text': what EXECUTE of this name will run. */
  | { readonly kind: "prepare"; readonly name: string; readonly prepared: MysqlStatement }
  | { readonly kind: "execute"; readonly name: string }
  | { readonly kind: "deallocate"; readonly name: string };

/** One statement of a text, as the server would cut and read it. */
export interface MysqlStatement extends ParsedStatement {
  readonly effect: SqlEffect;
  /** Whether a read-only cursor may be opened for it: plain queries only, since others kill some servers. */
  readonly isPlainQuery: boolean;
  /**
   * Whether it is a stored program to which all that follows was added, whatever the server takes for its end: the server may find,
   * and answer, several statements in it. Its verbs are those of every word.
   */
  readonly runsToEnd: boolean;
}
