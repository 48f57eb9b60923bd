import { CommandFailure } from "../../command-failure.ts";
import { exitCodes } from "../../exit-codes.ts";
import type { SavedTokens } from "../saved-logins.ts";

/** What a provider's token endpoint has answered. */
export interface GivenTokens {
  readonly access_token: string;
  readonly id_token?: string | undefined;
  readonly refresh_token?: string | undefined;
}

/**
 * Of an access token and an ID token that the provider gave, the one that the gateway accepts: which of them is for its
 * audience differs between providers, and only one that can be read says whom it is for.
 */
export function chooseToken(given: GivenTokens, audience: string): SavedTokens {
  const claims = [given.access_token, given.id_token].map((token) => {
    return token === undefined ? undefined : { token, ...claimsOf(token) };
  });
  const fitting = claims.find((one) => one?.audiences.includes(audience) === true && one.expires !== undefined);
  if (fitting?.expires === undefined)
    throw noneFits(
      audience,
      claims.flatMap((one) => one?.audiences ?? []),
    );
  const { token, expires } = fitting;
  return { token, expires, ...(given.refresh_token === undefined ? {} : { refreshToken: given.refresh_token }) };
}

/** As far as it is needed here; whether it is true is for the gateway to check. */
function claimsOf(token: string): { readonly audiences: readonly string[]; readonly expires: number | undefined } {
  const nothing = { audiences: [], expires: undefined };
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    if (typeof claims !== "object" || claims === null) return nothing;
    const audience: unknown = "aud" in claims ? claims.aud : undefined;
    const audiences = [audience].flat().filter((one) => typeof one === "string");
    return { audiences, expires: "exp" in claims && typeof claims.exp === "number" ? claims.exp : undefined };
  } catch {
    return nothing;
  }
}

function noneFits(audience: string, audiences: readonly string[]): CommandFailure {
  const found = audiences.length === 0 ? "" : ` They are for ${[...new Set(audiences)].join(", ")}.`;
  return new CommandFailure(
    `The identity provider gave no token for the audience "${audience}" that the gateway asks for.${found}`,
    "Ask an administrator: the provider must put that audience into this client's tokens, or the gateway's document name one of these.",
    undefined,
    exitCodes.refused,
  );
}
