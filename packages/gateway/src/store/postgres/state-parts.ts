import type { Ticket } from "../../tickets/ticket.ts";
import type { FinishedDraft } from "../finish-draft.ts";
import type { KnownAgent } from "../store.ts";

/** What was read of one area. An area that has not changed keeps its object, and with it every decision made from it. */
interface Part {
  readonly revision: number;
}

export interface DocumentsPart extends Part {
  /** Of what they say, so that a database put back to an older state is noticed. */
  readonly version: string;
  readonly finished: FinishedDraft;
}

export interface TicketsPart extends Part {
  /** Those that can be used, and some that have just expired. */
  readonly byName: ReadonlyMap<string, Ticket>;
  /** Names of rows that cannot be read; they let nobody in. */
  readonly faulty: readonly string[];
}

export interface AgentsPart extends Part {
  readonly agents: readonly KnownAgent[];
}

export interface PrincipalsPart extends Part {
  readonly revoked: ReadonlySet<string>;
}

/** All that a snapshot is made of. */
export interface StateParts {
  readonly documents: DocumentsPart;
  readonly tickets: TicketsPart;
  readonly agents: AgentsPart;
  readonly principals: PrincipalsPart;
}
