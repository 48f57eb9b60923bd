import { randomBytes, randomInt } from "node:crypto";
import type { Principal } from "@sallyport/shared/principal";
import { Secret } from "@sallyport/shared/secret";
import { deriveTicketVerifier } from "@sallyport/shared/ticket-verifier";
import { assertPrincipalName } from "../login/principal-name.ts";
import type { Ticket } from "./ticket.ts";

// base64url carries it through any URL and form unchanged; 192 bits
const SECRET_BYTES = 24;
const NAME_LENGTH = 10;
const NAME_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";

/** What a ticket is minted for. */
export interface TicketRequest {
  readonly principal: Principal;
  readonly connection: string;
  readonly expires: Date;
}

/** A new ticket as it is kept, and its secret, which exists nowhere else and is shown once. */
export interface MintedTicket {
  readonly ticket: Ticket;
  readonly secret: Secret<string>;
}

/** Mints a ticket. It is valid once it is in the store, and until it is revoked or expires. */
export async function mintTicket(request: TicketRequest): Promise<MintedTicket> {
  const { principal, connection, expires } = request;
  assertPrincipalName(principal.name, "the ticket's principal");
  const secret = new Secret(randomBytes(SECRET_BYTES).toString("base64url"));
  const verifier = await deriveTicketVerifier(secret);
  const ticket: Ticket = {
    name: `${principal.name}~${randomName()}`,
    principal: {
      name: principal.name,
      kind: principal.kind,
      groups: [...principal.groups],
      claims: { ...principal.claims },
      ...(principal.onBehalfOf === undefined ? {} : { onBehalfOf: principal.onBehalfOf }),
    },
    connection,
    expires: expires.toISOString(),
    verifier: {
      salt: verifier.salt.toString("base64"),
      iterations: verifier.iterations,
      storedKey: verifier.storedKey.toString("base64"),
      serverKey: verifier.serverKey.toString("base64"),
      sha256Twice: verifier.sha256Twice.toString("base64"),
    },
  };
  return { ticket, secret };
}

function randomName(): string {
  return Array.from({ length: NAME_LENGTH }, () => NAME_ALPHABET.charAt(randomInt(NAME_ALPHABET.length))).join("");
}
