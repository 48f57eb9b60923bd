import type { TicketVerifier } from "@sallyport/shared/adapter";
import type { Principal } from "@sallyport/shared/principal";
import type { StoreSnapshot } from "../store/store.ts";
import type { Ticket } from "./ticket.ts";

/** A ticket that the store knows, expired or not: the login desk asks for the proof either way, so that nobody learns which. */
export interface FoundTicket {
  readonly principal: Principal;
  readonly connection: string;
  readonly expires: Date;
  readonly verifier: TicketVerifier;
}

/** The ticket of a user name, or undefined. */
export function findTicket(snapshot: StoreSnapshot, userName: string): FoundTicket | undefined {
  const ticket = snapshot.tickets.get(userName);
  if (ticket === undefined) return undefined;
  return {
    principal: principalOf(ticket),
    connection: ticket.connection,
    expires: new Date(ticket.expires),
    verifier: verifierOf(ticket),
  };
}

/** Whether a ticket's time is over; one whose end cannot be read has none left. */
export function isExpired(ticket: Pick<FoundTicket, "expires">, now: number): boolean {
  return !(ticket.expires.getTime() > now);
}

function principalOf({ principal }: Ticket): Principal {
  const { name, kind, groups, claims, onBehalfOf } = principal;
  return { name, kind, groups, claims, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) };
}

function verifierOf({ verifier }: Ticket): TicketVerifier {
  return {
    salt: Buffer.from(verifier.salt, "base64"),
    iterations: verifier.iterations,
    storedKey: Buffer.from(verifier.storedKey, "base64"),
    serverKey: Buffer.from(verifier.serverKey, "base64"),
    sha256Twice: Buffer.from(verifier.sha256Twice, "base64"),
  };
}
