import type { StatementObject } from "@sallyport/shared/statement";

/** What stages and operators can do that the command's own name does not say. */
export interface Powers {
  /** `$out`, `$merge`: a read that writes. */
  readonly writes: boolean;
  /** `$out` puts a new collection in the place of an old one. */
  readonly replaces: boolean;
  /** JavaScript on the server. */
  readonly runsCode: boolean;
  /** Shows what others do, or how the server is. */
  readonly showsServer: boolean;
  /** Collections that are named within, each once. */
  readonly objects: readonly StatementObject[];
  /** A stage, or an operator of the servers' own, of which nobody knows what it can do. */
  readonly unread: string | undefined;
}
