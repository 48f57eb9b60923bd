import type { Principal } from "@sallyport/shared/principal";
import { roles, type Role } from "../store/documents/identity-provider-roles.ts";
import type { IdentityProviderDocument } from "../store/documents/identity-provider.ts";

/**
 * What a principal may do with the gateway itself, by the roles of the provider that its token is of: the highest first, with what it
 * contains. Nobody has a role by another provider's groups. Approving is for people alone, whatever groups a job or an AI agent has.
 */
export function rolesOf(
  principal: Pick<Principal, "kind" | "groups">,
  provider: Pick<IdentityProviderDocument, "roles">,
): readonly Role[] {
  const holds = (role: Role): boolean =>
    provider.roles?.[role]?.some((group) => principal.groups.includes(group)) ?? false;
  const highest = roles.findIndex(holds);
  if (highest === -1) return [];
  return roles.slice(highest).filter((role) => role !== "approver" || principal.kind === "human");
}
