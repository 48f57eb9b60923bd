import { loginOptions, type LoginOption } from "@sallyport/gateway/api/contract/login-options";
import { me } from "@sallyport/gateway/api/contract/me";
import { clientOf } from "../client/api-client.ts";
import { loginWithBrowser } from "../client/login/browser-login.ts";
import { chooseToken, type GivenTokens } from "../client/login/choose-token.ts";
import { loginWithDevice } from "../client/login/device-login.ts";
import { openBrowser } from "../client/login/open-browser.ts";
import { changeLogins } from "../client/saved-logins.ts";
import { findTarget, type GatewayOptions, type Target } from "../client/target.ts";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-codes.ts";
import { note, print } from "../output/print.ts";
import { shown } from "../output/shown.ts";

/** The options of `sallyport login`. */
export interface LoginCommandOptions extends GatewayOptions {
  readonly device: boolean;
  readonly browser: boolean;
  readonly name?: string;
  readonly provider?: string;
  readonly redirectPort: number;
  readonly json?: boolean;
}

/** Logs in where the gateway says, and keeps what came of it. */
export async function login(options: LoginCommandOptions): Promise<void> {
  const target = await findTarget(options);
  if (target.kind === "socket")
    throw new CommandFailure(
      "Over a socket nobody logs in: whoever can open it is the gateway's own user.",
      `export SALLYPORT_GATEWAY=unix:${target.path}, and use any other command.`,
      undefined,
      exitCodes.usage,
    );
  const anonymous = { token: async () => undefined, renewed: async () => undefined };
  const { identityProviders } = await clientOf(target, anonymous).get("/v1/login-options", loginOptions);
  const option = chosen(identityProviders, options.provider);
  const tokens = chooseToken(await given(option, options), option.audience);
  const client = clientOf(target, { ...anonymous, token: async () => tokens.token });
  // before anything is kept: a token that the gateway does not take is of no use
  const who = await client.get("/v1/me", me);
  const name = options.name ?? target.name ?? nameOf(target);
  const ca = target.ca === undefined ? {} : { ca: target.ca.pem };
  await changeLogins(({ gateways }) => ({
    current: name,
    gateways: { ...gateways, [name]: { url: target.url.origin, ...ca, identityProvider: option, tokens } },
  }));
  print(options, { name, gateway: target.url.origin, principal: who.name, roles: who.roles }, () => {
    const roles = who.roles.length === 0 ? "" : ` (${who.roles.join(", ")})`;
    return `Logged in to ${name} as ${shown(who.name)}${roles}.`;
  });
}

function given(option: LoginOption, { device, browser, redirectPort }: LoginCommandOptions): Promise<GivenTokens> {
  if (device)
    return loginWithDevice(option, ({ url, code }) => {
      note(`Open ${shown(url)}\non any device, and check that it shows the code ${shown(code)}.`);
    });
  return loginWithBrowser(option, {
    port: redirectPort,
    open: (url) => {
      note(`${browser ? "Your browser opens. If it does not, open" : "Open"} this page on this host:\n${url}`);
      if (browser) openBrowser(url);
    },
  });
}

function chosen(offered: readonly LoginOption[], named: string | undefined): LoginOption {
  const fitting = named === undefined ? offered : offered.filter(({ name }) => name === named);
  const [first, second] = fitting;
  if (first !== undefined && second === undefined) return first;
  const names = offered.map(({ name }) => name).join(", ");
  if (offered.length === 0)
    throw new CommandFailure(
      "This gateway knows no identity provider where people log in.",
      "An administrator adds `login: { clientId: … }` to the identity provider's document; a token of your own goes into SALLYPORT_TOKEN.",
    );
  throw new CommandFailure(
    named === undefined ? "This gateway knows several identity providers." : `It knows none named "${named}".`,
    `Choose one with --provider: ${names}.`,
    undefined,
    exitCodes.usage,
  );
}

function nameOf({ url }: Extract<Target, { kind: "url" }>): string {
  return url.hostname.replace(/^\[|\]$/g, "").replaceAll(":", "-");
}
