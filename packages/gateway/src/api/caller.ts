import { GatewayError } from "@sallyport/shared/errors";
import type { Principal } from "@sallyport/shared/principal";
import type { FastifyRequest } from "fastify";
import type { Role } from "../store/documents/identity-provider-roles.ts";
import type { Actor } from "../store/doors/actor.ts";

/** Who sends a request, proven. */
export type Caller =
  | {
      readonly kind: "principal";
      readonly principal: Principal;
      readonly roles: readonly Role[];
      readonly identityProvider: string;
      /** The token's end. */
      readonly expires: Date;
    }
  /** The gateway's own operating-system user: only that one can open the gateway's socket. */
  | { readonly kind: "local"; readonly roles: readonly Role[] };

/** Approving is for people whose names are known, which is not the case here. */
export const localCaller: Caller = { kind: "local", roles: ["admin", "viewer"] };

/** The caller of a route that is not public. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined)
    throw new GatewayError("internal/unexpected", "a route without a caller asked for one");
  return request.caller;
}

export function hasRole(caller: Caller, role: Role): boolean {
  return caller.roles.includes(role);
}

/** Whether something that belongs to this principal is the caller's own. */
export function isOwn(caller: Caller, principal: string): boolean {
  return caller.kind === "principal" && caller.principal.name === principal;
}

/** Who an audit names for what a request does. */
export function actorOf(request: FastifyRequest): Actor {
  const caller = callerOf(request);
  const about = { requestId: request.id, address: addressOf(request) };
  if (caller.kind === "local") return { name: "local", kind: "local", ...about };
  return { name: caller.principal.name, kind: caller.principal.kind, ...about };
}

/** Undefined for who came by the socket. */
export function addressOf(request: FastifyRequest): string | undefined {
  return request.raw.socket.remoteAddress;
}

/** Tells callers apart wherever something is kept for each. A principal's name holds no slash. */
export function callerKey(caller: Caller): string {
  return caller.kind === "local" ? "/local" : `${caller.identityProvider}/${caller.principal.name}`;
}
