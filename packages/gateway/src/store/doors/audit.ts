import type { Actor } from "./actor.ts";
import type { Page, PageRequest } from "./page.ts";

/** A change, or an attempt at something, that is audited. Never holds a secret. */
export interface AuditEntry {
  /** In the past tense: `created`, `changed`, `deleted`, `revoked`. */
  readonly action: string;
  /** Of what: `policy`, `ticket`, `session`. */
  readonly kind: string;
  readonly name: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface AuditRow extends AuditEntry {
  readonly id: number;
  readonly at: Date;
  readonly actor: Actor;
}

/** Which entries. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Who changed what. The other doors write their changes here themselves; this is for what is no change of the store. */
export interface Audit {
  write(entry: AuditEntry, actor: Actor): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditRow>>;
  /** Calls back with every entry that this replica's doors have written, once it is kept. Returns how to stop. */
  onWritten(listener: (entry: AuditEntry, actor: Actor) => void): () => void;
}
