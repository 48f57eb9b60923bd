import { changeLogins, readLogins, type SavedLogin } from "../client/saved-logins.ts";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-codes.ts";
import { print } from "../output/print.ts";

/** The options of `sallyport logout`. */
export interface LogoutOptions {
  readonly gateway?: string;
  readonly all: boolean;
  readonly forget: boolean;
  readonly json?: boolean;
}

/** Ends saved logins, here and at their identity providers. */
export async function logout(options: LogoutOptions): Promise<void> {
  const { current, gateways } = await readLogins();
  const named = options.gateway ?? current;
  const names = Object.keys(gateways).filter(
    (name) => options.all || name === named || gateways[name]?.url === urlOf(named),
  );
  if (names.length === 0 && !options.all)
    throw new CommandFailure(
      named === undefined ? "You are not logged in anywhere." : `You have no login to "${named}".`,
      "Nothing needs to be done.",
      undefined,
      exitCodes.notLoggedIn,
    );
  await Promise.all(names.map((name) => revokeAtProvider(gateways[name])));
  await changeLogins((logins) => {
    const kept = Object.entries(logins.gateways).flatMap(([name, login]) => {
      if (!names.includes(name)) return [[name, login] as const];
      const { tokens: _, ...withoutTokens } = login;
      return options.forget ? [] : [[name, withoutTokens] as const];
    });
    const remaining = Object.fromEntries(kept);
    const stillThere = logins.current !== undefined && Object.hasOwn(remaining, logins.current);
    return { ...(stillThere ? { current: logins.current } : {}), gateways: remaining };
  });
  print(options, { loggedOut: names }, () =>
    names.map((name) => `Logged out of ${name}${options.forget ? " and forgot it" : ""}.`).join("\n"),
  );
}

function urlOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : URL.parse(text)?.origin;
}

/** What was taken away here is of no use to whoever copied it before. A provider that is away or cannot do it stops nobody. */
async function revokeAtProvider(login: SavedLogin | undefined): Promise<void> {
  const { tokens, identityProvider } = login ?? {};
  if (tokens?.refreshToken === undefined || identityProvider === undefined) return;
  const oidc = await import("openid-client");
  const { discoverProvider } = await import("../client/login/identity-provider.ts");
  try {
    const provider = await discoverProvider(identityProvider);
    if (provider.serverMetadata().revocation_endpoint === undefined) return;
    await oidc.tokenRevocation(provider, tokens.refreshToken);
  } catch {
    // said above: it stops nobody
  }
}
