import { GatewayError } from "@sallyport/shared/errors";
import type { Principal } from "@sallyport/shared/principal";
import { quoted } from "../printable.ts";
import type { IdentityProviderDocument } from "../store/documents/identity-provider.ts";
import { claimsToPrincipal } from "./claims-to-principal.ts";
import { presetPrincipal } from "./preset-principal.ts";
import { assertRestrictionsMet } from "./restrictions.ts";

/**
 * Who a verified token speaks of, as its provider's document has it now. Throws `login/failed` where the documents do not let it
 * in. Pure, so that a session can be asked again when they have changed.
 */
export function principalOfToken(
  claims: Readonly<Record<string, unknown>>,
  provider: IdentityProviderDocument,
  all: readonly IdentityProviderDocument[],
): Principal {
  const audiences: readonly unknown[] = Array.isArray(claims["aud"]) ? claims["aud"] : [claims["aud"]];
  if (claims["iss"] !== provider.issuer || !audiences.includes(provider.audience)) {
    throw refused(`the token is not of the issuer and audience of ${quoted(provider.identityProvider)}`);
  }
  assertRestrictionsMet(claims, provider.claims ?? {}, provider.identityProvider);
  if (provider.preset === undefined) return withoutOthersNames(claimsToPrincipal(claims, provider.principal), all);
  // jobs choose their audiences: whoever else such a token was made for could replay it here
  if (audiences.length !== 1) throw refused("the token was made for several audiences");
  return presetPrincipal(claims, provider.identityProvider, provider.preset);
}

/** Nobody who may choose a name or a group elsewhere passes for a repository: what begins as a preset's names do is its alone. */
function withoutOthersNames(principal: Principal, all: readonly IdentityProviderDocument[]): Principal {
  for (const { identityProvider, preset } of all) {
    if (preset === undefined) continue;
    const taken = [principal.name, ...principal.groups].find((name) => name.startsWith(`${identityProvider}:`));
    if (taken !== undefined)
      throw refused(`${quoted(taken)} can only be of identity provider ${quoted(identityProvider)}`);
  }
  return principal;
}

function refused(reason: string): GatewayError {
  return new GatewayError("login/failed", reason);
}
