import { GatewayError } from "@sallyport/shared/errors";
import type { Caller } from "./caller.ts";

/**
 * Who may use a route. `public`: anybody, without a token. `self`: any principal, for what is its own; what belongs to others
 * is as if it were not there. `enrolment`: whoever holds a token by which agents enrol. The others are roles.
 */
export type Access = "public" | "self" | "viewer" | "approver" | "admin" | "enrolment";

/** Throws `api/forbidden` unless the caller may use routes of this access. Asked before anything of the request is looked at. */
export function assertAccess(caller: Caller, access: "self" | "viewer" | "approver" | "admin"): void {
  if (access === "self" || caller.roles.includes(access)) return;
  const detail = `This request needs the role ${access}.`;
  throw new GatewayError("api/forbidden", detail, { detail });
}
