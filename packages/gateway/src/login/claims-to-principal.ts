import { GatewayError } from "@sallyport/shared/errors";
import { principalKinds, type Principal, type PrincipalKind } from "@sallyport/shared/principal";
import { quoted } from "../printable.ts";
import type { ClaimMapping } from "../store/documents/identity-provider.ts";
import { claimAt } from "./claim-at.ts";
import { assertPrincipalName } from "./principal-name.ts";

type Claims = Readonly<Record<string, unknown>>;

const MAX_ON_BEHALF_OF = 256;

/** Who a verified token speaks of, by its provider's mapping. A claim of the wrong shape is refused, never read as absent: a policy may deny by it. */
export function claimsToPrincipal(claims: Claims, mapping: ClaimMapping): Principal {
  const onBehalfOf = onBehalfOfIn(claims, mapping);
  return {
    name: nameIn(claims, mapping),
    kind: kindIn(claims, mapping),
    groups: groupsIn(claims, mapping),
    claims,
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
  };
}

function nameIn(claims: Claims, mapping: ClaimMapping): string {
  const name = claimAt(claims, mapping.name);
  if (typeof name !== "string") throw refused(`the token has no name at ${quoted(mapping.name)}`);
  assertPrincipalName(name, `the claim ${quoted(mapping.name)}`);
  return name;
}

function kindIn(claims: Claims, mapping: ClaimMapping): PrincipalKind {
  const value = mapping.kind === undefined ? undefined : claimAt(claims, mapping.kind);
  if (value === undefined || value === null) return mapping.defaultKind;
  const kind = principalKinds.find((known) => known === value);
  if (kind === undefined)
    throw refused(`the claim ${quoted(mapping.kind ?? "")} is not one of ${principalKinds.join(", ")}`);
  return kind;
}

function groupsIn(claims: Claims, mapping: ClaimMapping): readonly string[] {
  assertNotLeftOut(claims, mapping.groups);
  const value = claimAt(claims, mapping.groups);
  if (value === undefined || value === null) return [];
  const list: readonly unknown[] =
    typeof value === "string" ? value.split(/[\s,]+/) : Array.isArray(value) ? value : [value];
  const groups = list.filter((group) => typeof group === "string");
  if (groups.length !== list.length) throw refused(`the claim ${quoted(mapping.groups)} is not a list of group names`);
  return [...new Set(groups.filter((group) => group !== ""))];
}

/** OpenID Connect Core §5.6.2: providers move a claim that grew too long elsewhere, and the token looks as if there were none. */
function assertNotLeftOut(claims: Claims, path: string): void {
  const elsewhere = claims["_claim_names"];
  if (typeof elsewhere === "object" && elsewhere !== null && Object.hasOwn(elsewhere, path)) {
    throw refused(`the provider left ${quoted(path)} out of the token, as it does when there are too many groups`);
  }
}

function onBehalfOfIn(claims: Claims, mapping: ClaimMapping): string | undefined {
  const path = mapping.onBehalfOf;
  const value = path === undefined ? undefined : claimAt(claims, path);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || value === "" || value.length > MAX_ON_BEHALF_OF || /\p{C}/u.test(value)) {
    throw refused(`the claim ${quoted(path ?? "")} does not name anyone`);
  }
  return value;
}

function refused(reason: string): GatewayError {
  return new GatewayError("login/failed", reason);
}
