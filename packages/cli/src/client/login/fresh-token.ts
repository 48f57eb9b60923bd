import { CommandFailure } from "../../command-failure.ts";
import { exitCodes } from "../../exit-codes.ts";
import { changeLogins, readLogins, type SavedLogin } from "../saved-logins.ts";

/** A token must outlast the request that it is sent with, on a clock that may be a little ahead. */
const MARGIN_S = 30;

/**
 * The token of a saved login, renewed where it is about to expire or was refused. Providers take back a whole login whose
 * refresh token comes twice, so only one process renews at a time, and the others take what it got.
 */
export async function freshToken(name: string, why: "if-needed" | "refused"): Promise<string> {
  const before = loginOf((await readLogins()).gateways[name], name);
  if (why === "if-needed" && lasts(before.tokens)) return before.tokens.token;
  let { token } = before.tokens;
  await changeLogins(async (logins) => {
    const login = loginOf(logins.gateways[name], name);
    token = login.tokens.token;
    // another process was faster
    if (token !== before.tokens.token) return logins;
    const renewed = await renew(login, name);
    token = renewed.token;
    return { ...logins, gateways: { ...logins.gateways, [name]: { ...login, tokens: renewed } } };
  });
  return token;
}

type LoggedIn = SavedLogin & Required<Pick<SavedLogin, "tokens" | "identityProvider">>;

async function renew({ tokens, identityProvider, url }: LoggedIn, name: string): Promise<LoggedIn["tokens"]> {
  const { refreshToken } = tokens;
  if (refreshToken === undefined) throw ended(name, url);
  const oidc = await import("openid-client");
  const { discoverProvider, providerFailure } = await import("./identity-provider.ts");
  const { chooseToken } = await import("./choose-token.ts");
  const provider = await discoverProvider(identityProvider);
  try {
    const given = await oidc.refreshTokenGrant(provider, refreshToken, { scope: identityProvider.scopes.join(" ") });
    return { refreshToken, ...chooseToken(given, identityProvider.audience) };
  } catch (reason) {
    throw providerFailure(identityProvider.issuer, reason);
  }
}

function lasts({ expires }: LoggedIn["tokens"]): boolean {
  return expires - MARGIN_S > Date.now() / 1000;
}

function loginOf(login: SavedLogin | undefined, name: string): LoggedIn {
  const { tokens, identityProvider } = login ?? {};
  if (login === undefined || tokens === undefined || identityProvider === undefined) throw ended(name, login?.url);
  return { ...login, tokens, identityProvider };
}

function ended(name: string, url: string | undefined): CommandFailure {
  return new CommandFailure(
    `Your login to ${name} has ended.`,
    `sallyport login${url === undefined ? "" : ` --gateway ${url}`}`,
    undefined,
    exitCodes.notLoggedIn,
  );
}
