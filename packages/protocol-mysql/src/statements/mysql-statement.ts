import type { ParsedStatement } from "@sallyport/shared/statement";
import type { TextModes } from "./text-modes.ts";

/** What carrying a statement out does to the session, as far as the inspector has to follow it. */
export type SqlEffect =
  | { readonly kind: "none" }
  /** `KILL QUERY id`: never sent to the server, whose numbers are others than the ones the gateway gives out. */
  | { readonly kind: "kill-query"; readonly id: number }
  /** Changes how later texts are read: the modes that hold once it succeeded. */
  | { readonly kind: "modes"; readonly after: TextModes }
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
}
