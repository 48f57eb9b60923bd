import { GatewayError } from "@sallyport/shared/errors";
import type { Principal } from "@sallyport/shared/principal";
import { quoted } from "../printable.ts";
import type { IdentityProviderDocument } from "../store/documents/identity-provider.ts";
import { claimsToPrincipal } from "./claims-to-principal.ts";
import { presetPrincipal } from "./preset-principal.ts";
import { assertRestrictionsMet } from "./restrictions.ts";

/**
 * Who a verified token speaks of, as its provider's document has it now. Throws `login/failed` where the document does not let it
 * in. Pure, so that a session can be asked again when the document has changed.
 */
export function principalOfToken(
  claims: Readonly<Record<string, unknown>>,
  provider: IdentityProviderDocument,
): Principal {
  const audiences: readonly unknown[] = Array.isArray(claims["aud"]) ? claims["aud"] : [claims["aud"]];
  if (claims["iss"] !== provider.issuer || !audiences.includes(provider.audience)) {
    throw refused(`the token is not of the issuer and audience of ${quoted(provider.identityProvider)}`);
  }
  assertRestrictionsMet(claims, provider.claims ?? {}, provider.identityProvider);
  if (provider.preset === undefined) return claimsToPrincipal(claims, provider.principal);
  // jobs choose their audiences: whoever else such a token was made for could replay it here
  if (audiences.length !== 1) throw refused("the token was made for several audiences");
  return presetPrincipal(claims, provider.identityProvider, provider.preset);
}

function refused(reason: string): GatewayError {
  return new GatewayError("login/failed", reason);
}
