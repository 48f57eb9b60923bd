import { changeLogins, readLogins, type SavedLogin } from "../client/saved-logins.ts";
import { given, unknownName } from "../client/target.ts";
import { stamp } from "../output/moments.ts";
import { note, print } from "../output/print.ts";
import { table } from "../output/table.ts";

interface Options {
  readonly json?: boolean;
}

/** Prints the gateways that were logged in to, without their tokens. */
export async function listGateways(options: Options): Promise<void> {
  const { current, gateways } = await readLogins();
  const items = Object.entries(gateways).map(([name, login]) => ({
    name,
    url: login.url,
    current: name === current,
    ...stateOf(login),
  }));
  print(options, items, () =>
    table(
      ["CURRENT", "NAME", "URL", "IDENTITY PROVIDER", "LOGIN"],
      items.map(({ name, url, current: isCurrent, identityProvider, loggedIn, expires, renews }) => [
        isCurrent ? "*" : "",
        name,
        url,
        identityProvider ?? "",
        loggedIn ? wordsFor(expires, renews) : "logged out",
      ]),
    ),
  );
  tellOfVariable();
}

/** Makes a gateway the one that is meant where none is named. */
export async function useGateway(which: string, options: Options): Promise<void> {
  let name = which;
  await changeLogins((logins) => {
    const { gateways } = logins;
    const url = URL.parse(which)?.origin;
    const found = Object.keys(gateways).find((one) => one === which || gateways[one]?.url === url);
    if (found === undefined) throw unknownName(which, Object.keys(gateways));
    name = found;
    return { ...logins, current: found };
  });
  print(options, { current: name }, () => `Commands ask ${name} from now on.`);
  tellOfVariable();
}

function stateOf({ tokens, identityProvider }: SavedLogin) {
  return {
    identityProvider: identityProvider?.name,
    loggedIn: tokens !== undefined,
    ...(tokens === undefined ? {} : { expires: new Date(tokens.expires * 1000).toISOString() }),
    renews: tokens?.refreshToken !== undefined,
  };
}

function wordsFor(expires: string | undefined, renews: boolean): string {
  return renews ? "renewed by itself" : `until ${stamp(expires)}`;
}

/** It wins over what is current, which surprises whoever has forgotten that it is set. */
function tellOfVariable(): void {
  const named = given("SALLYPORT_GATEWAY");
  if (named !== undefined) note(`SALLYPORT_GATEWAY is set, and wins: commands ask ${named}.`);
}
