import type { Lowered } from "@sallyport/shared/lineage/relational";
import type { ParsedStatement } from "@sallyport/shared/statement";
import type { ClientFault } from "../native-errors.ts";
import type { MeaningSetting, SqlEffect } from "../statements/read-text.ts";

/** A statement as it is decided, with what it does through the prepared statement or cursor that it runs. */
export interface ResolvedStatement extends ParsedStatement {
  readonly effect: SqlEffect;
  /** Why it can't be anything, in the server's words. */
  readonly fault?: ClientFault;
  readonly liftsReadOnly?: true;
  readonly lowered?: Lowered;
  readonly meaningSettings?: readonly MeaningSetting[];
}
