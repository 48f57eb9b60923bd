import { hasRole, isOwn, type Caller } from "./caller.ts";
import { GatewayError } from "@sallyport/shared/errors";

/** Whose things a list shows: those of whoever is asked for, where the caller may see everybody's, else the caller's own alone. */
export function ownFilter(caller: Caller, asked: string | undefined): string | undefined {
  if (caller.kind === "local" || hasRole(caller, "viewer")) return asked;
  if (asked === undefined || isOwn(caller, asked)) return caller.principal.name;
  const detail = "Only a viewer sees what belongs to others.";
  throw new GatewayError("api/forbidden", detail, { detail });
}
