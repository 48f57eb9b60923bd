import type { Principal } from "@sallyport/shared/principal";
import type { Ticket } from "../../tickets/ticket.ts";
import type { Actor } from "./actor.ts";
import type { Page, PageRequest } from "./page.ts";

/** A ticket as people may see it: without what proves its secret. */
export interface TicketRow {
  /** The user name that it is. */
  readonly name: string;
  readonly principal: Principal;
  readonly connection: string;
  readonly expires: Date;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | undefined;
}

/** Which tickets. */
export interface TicketFilter {
  /** Of this principal. */
  readonly principal?: string | undefined;
  readonly connection?: string | undefined;
  /** Only those that can still be used. */
  readonly valid?: boolean | undefined;
}

/** The tickets that were minted. */
export interface Tickets {
  add(ticket: Ticket, actor: Actor): Promise<void>;
  find(name: string): Promise<TicketRow | undefined>;
  /** Newest first. */
  list(filter: TicketFilter, page: PageRequest): Promise<Page<TicketRow>>;
  /** Ends the sessions that rest on it. False: there is no such ticket, or it was revoked before. */
  revoke(name: string, actor: Actor): Promise<boolean>;
}
