import type { LoginTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Principal } from "@sallyport/shared/principal";
import { mockTicketVerifier } from "@sallyport/shared/ticket-verifier";
import { quoted } from "../printable.ts";
import type { Store } from "../store/store.ts";
import { findTicket, isExpired } from "../tickets/ticket-book.ts";
import type { Ticket } from "../tickets/ticket.ts";
import type { TokenVerifier } from "./token-verifier.ts";
import { databaseOf, type LoginName } from "./user-name.ts";

/** What a session rests on, so that taking it away can end the session. */
export type Credential =
  | { readonly kind: "token"; readonly identityProvider: string }
  | { readonly kind: "ticket"; readonly ticket: Ticket };

/** Who is there, proven, and where they may only go. */
export interface ProvenIdentity {
  readonly principal: Principal;
  readonly credential: Credential;
  readonly expires: Date;
  /** The connection's name as the client or its ticket gave it. */
  readonly connection: string;
  /** The server's database, where the client picked one. */
  readonly database: string | undefined;
}

export interface IdentityMeans {
  readonly store: Store;
  readonly verifier: TokenVerifier;
  /** Makes the challenges of tickets that do not exist; the same on all replicas, so that asking two of them tells nothing. */
  readonly mockKey: Buffer;
  readonly now: () => number;
}

/** Asks for the credential that the name calls for, and checks it. Every refusal is `login/failed`, the same to the client. */
export function proveIdentity(talk: LoginTalk, name: LoginName, means: IdentityMeans): Promise<ProvenIdentity> {
  return name.credential === "token" ? proveByToken(talk, name, means) : proveByTicket(talk, name, means);
}

async function proveByToken(talk: LoginTalk, name: LoginName, means: IdentityMeans): Promise<ProvenIdentity> {
  const { connection } = name;
  if (connection === undefined) throw failed("no connection is named");
  const { principal, expires, identityProvider } = await means.verifier.verify(await talk.askToken());
  if (name.user !== undefined && principal.name !== name.user)
    throw failed(`the token is of ${quoted(principal.name)}, not of ${quoted(name.user)}`);
  return {
    principal,
    expires,
    connection,
    database: name.database,
    credential: { kind: "token", identityProvider },
  };
}

async function proveByTicket(talk: LoginTalk, name: LoginName, means: IdentityMeans): Promise<ProvenIdentity> {
  const { user = "" } = name;
  const ticket = findTicket(means.store.snapshot(), user);
  // what is wrong with a ticket is said only after the proof, and an unknown one is asked for a proof like any other
  const isProven = await talk.askProof(ticket?.verifier ?? mockTicketVerifier(user, means.mockKey));
  if (ticket === undefined) throw failed(`there is no ticket ${quoted(user)}`);
  if (!isProven) throw failed(`wrong secret for ticket ${quoted(user)}`);
  if (isExpired(ticket, means.now())) throw failed(`ticket ${quoted(user)} has expired`);
  const kept = means.store.snapshot().tickets.get(user);
  if (kept === undefined) throw failed(`ticket ${quoted(user)} was withdrawn during the login`);
  const { principal, expires, connection } = ticket;
  if ((name.connection ?? connection) !== connection) {
    throw failed(`ticket ${quoted(user)} is for ${quoted(connection)}, not for ${quoted(name.connection ?? "")}`);
  }
  return {
    principal,
    expires,
    connection,
    database: name.connection === undefined ? databaseOf(name, connection) : name.database,
    credential: { kind: "ticket", ticket: kept },
  };
}

function failed(reason: string): GatewayError {
  return new GatewayError("login/failed", reason);
}
