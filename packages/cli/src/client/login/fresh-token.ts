import type { LoginOption } from "@sallyport/gateway/api/contract/login-options";
import { CommandFailure } from "../../command-failure.ts";
import { exitCodes } from "../../exit-codes.ts";
import { changeLogins, readLogins, type SavedLogin, type SavedTokens } from "../saved-logins.ts";

/** A token must outlast the request that it is sent with, on a clock that may be a little ahead. */
const MARGIN_S = 30;

/** A login that has not ended. */
interface LiveLogin {
  readonly login: SavedLogin;
  readonly tokens: SavedTokens;
  readonly identityProvider: LoginOption;
}

/**
 * The token of a saved login, renewed where it is about to expire or was refused. Providers take back a whole login whose
 * refresh token comes twice, so only one process renews at a time, and the others take what it got.
 */
export async function freshToken(name: string, why: "if-needed" | "refused"): Promise<string> {
  const { tokens: before } = liveLogin((await readLogins()).gateways[name], name);
  if (why === "if-needed" && lasts(before)) return before.token;
  let { token } = before;
  await changeLogins(async (logins) => {
    const live = liveLogin(logins.gateways[name], name);
    token = live.tokens.token;
    // another process was faster
    if (token !== before.token) return logins;
    const tokens = await renew(live, name);
    token = tokens.token;
    return { ...logins, gateways: { ...logins.gateways, [name]: { ...live.login, tokens } } };
  });
  return token;
}

async function renew({ login, tokens, identityProvider }: LiveLogin, name: string): Promise<SavedTokens> {
  const { refreshToken } = tokens;
  if (refreshToken === undefined) throw ended(name, login.url);
  const oidc = await import("openid-client");
  const { discoverProvider, providerFailure } = await import("./identity-provider.ts");
  const { chooseToken } = await import("./choose-token.ts");
  const provider = await discoverProvider(identityProvider);
  try {
    const given = await oidc.refreshTokenGrant(provider, refreshToken);
    return { refreshToken, ...chooseToken(given, identityProvider.audience) };
  } catch (reason) {
    throw providerFailure(identityProvider.issuer, reason);
  }
}

function lasts({ expires }: SavedTokens): boolean {
  return expires - MARGIN_S > Date.now() / 1000;
}

function liveLogin(login: SavedLogin | undefined, name: string): LiveLogin {
  const { tokens, identityProvider } = login ?? {};
  if (login === undefined || tokens === undefined || identityProvider === undefined) throw ended(name, login?.url);
  return { login, tokens, identityProvider };
}

function ended(name: string, url: string | undefined): CommandFailure {
  return new CommandFailure(
    `Your login to ${name} has ended.`,
    `sallyport login${url === undefined ? "" : ` --gateway ${url}`}`,
    undefined,
    exitCodes.notLoggedIn,
  );
}
