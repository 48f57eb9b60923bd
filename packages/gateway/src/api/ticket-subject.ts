import { GatewayError } from "@sallyport/shared/errors";
import type { Principal, PrincipalKind } from "@sallyport/shared/principal";
import { principalKinds } from "@sallyport/shared/principal";
import type { z } from "zod";
import { principalNameFault } from "../login/principal-name.ts";
import type { PolicyEngine } from "../policy/policy-engine.ts";
import type { Principals } from "../store/doors/principals.ts";
import type { StoreSnapshot } from "../store/store.ts";
import { hasRole, isOwn, type Caller } from "./caller.ts";
import { OWN_TICKET_S, type ticketRequest } from "./contract/ticket.ts";

type TicketRequest = z.infer<typeof ticketRequest>;

/** What decides whether a ticket may be minted. */
export interface TicketMeans {
  readonly snapshot: StoreSnapshot;
  readonly principals: Pick<Principals, "find">;
  readonly policy: PolicyEngine;
}

/** For whom a ticket is minted. A principal mints for itself what it could log in to now; administrators mint for others too. */
export async function ticketSubject(request: TicketRequest, caller: Caller, means: TicketMeans): Promise<Principal> {
  const { principal: named } = request;
  if (caller.kind === "principal" && (named === undefined || isWholly(named, caller.principal))) {
    assertOwn(request, caller.principal, means);
    return caller.principal;
  }
  if (!hasRole(caller, "admin")) throw forbidden("Only an administrator mints tickets for others.");
  if (named === undefined) throw invalid("The gateway's own user has no connections: name the principal.");
  if (!means.snapshot.connections.has(request.connection)) throw noSuchConnection(request.connection);
  return subjectNamed(named, means);
}

/** Whoever names other groups than its own asks for somebody else's ticket. */
function isWholly(named: NonNullable<TicketRequest["principal"]>, own: Principal): boolean {
  return named.name === own.name && named.kind === undefined && named.groups === undefined;
}

function assertOwn({ connection, lifetimeSeconds }: TicketRequest, principal: Principal, means: TicketMeans): void {
  if (lifetimeSeconds > OWN_TICKET_S) {
    const detail = `A ticket of one's own lives for ${OWN_TICKET_S} s at most.`;
    throw new GatewayError("api/invalid", detail, { detail });
  }
  const document = means.snapshot.connections.get(connection);
  const database = document?.database;
  // one that is not there and one that is closed to the principal look the same
  if (document === undefined || means.policy.viewFor({ principal, connection, database }).access().kind === "none") {
    const detail = `No policy gives you access to "${connection}" now.`;
    throw new GatewayError("login/no-access", detail, { detail });
  }
}

async function subjectNamed(
  named: NonNullable<TicketRequest["principal"]>,
  { principals, snapshot }: TicketMeans,
): Promise<Principal> {
  const { name } = named;
  const fault = principalNameFault(name);
  if (fault !== undefined) throw invalid(`"${name}" cannot name a principal: ${fault}.`);
  if (snapshot.revokedPrincipals.has(name)) throw invalid(`The principal "${name}" was revoked; restore it first.`);
  const seen = await principals.find(name);
  const kind = named.kind ?? kindOf(seen?.kind);
  if (kind === undefined) throw invalid(`"${name}" was never seen: say its kind, and its groups.`);
  return { name, kind, groups: named.groups ?? seen?.groups ?? [], claims: {} };
}

function kindOf(kind: string | undefined): PrincipalKind | undefined {
  return principalKinds.find((known) => known === kind);
}

/** Whether the caller may know of a ticket of this principal. */
export function maySeeTicketsOf(caller: Caller, principal: string): boolean {
  return isOwn(caller, principal) || hasRole(caller, "viewer");
}

function noSuchConnection(name: string): GatewayError {
  return invalid(`The connection "${name}" is not registered.`);
}

function forbidden(detail: string): GatewayError {
  return new GatewayError("api/forbidden", detail, { detail });
}

function invalid(detail: string): GatewayError {
  return new GatewayError("store/invalid", detail, { detail });
}
