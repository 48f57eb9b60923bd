import { readFile } from "node:fs/promises";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-codes.ts";
import { freshToken } from "./login/fresh-token.ts";
import { given, type GatewayOptions, type Target } from "./target.ts";

/** The token that requests carry, or none where none is needed. */
export interface Authorization {
  token(): Promise<string | undefined>;
  /** The gateway has refused the token. Resolves to another one, if there is a way to get it. */
  renewed(): Promise<string | undefined>;
}

const none: Authorization = { token: async () => undefined, renewed: async () => undefined };

/** Where this command's token comes from: a file, SALLYPORT_TOKEN, SALLYPORT_TOKEN_FILE, or the saved login. */
export function authorizationFor(target: Target, options: GatewayOptions): Authorization {
  if (target.kind === "socket") return none;
  const file = options.tokenFile ?? given("SALLYPORT_TOKEN_FILE");
  const fromEnvironment = given("SALLYPORT_TOKEN");
  if (options.tokenFile === undefined && fromEnvironment !== undefined)
    return { token: async () => cleanToken(fromEnvironment, "SALLYPORT_TOKEN"), renewed: async () => undefined };
  // read again each time: platforms replace the token in it
  if (file !== undefined) return { token: async () => readToken(file), renewed: async () => undefined };
  const { name, login } = target;
  if (name === undefined || login?.tokens === undefined) throw notLoggedIn(target.url);
  return {
    token: () => freshToken(name, "if-needed"),
    renewed: async () => (login.tokens?.refreshToken === undefined ? undefined : freshToken(name, "refused")),
  };
}

async function readToken(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new CommandFailure(
      `The token cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      "Name the file that holds it with --token-file or SALLYPORT_TOKEN_FILE.",
      cause,
      exitCodes.notLoggedIn,
    );
  });
  return cleanToken(text, file);
}

/** A token with something else around it would break the header; it must not be shown either. */
function cleanToken(text: string, from: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new CommandFailure(
    `What is in ${from} is no token.`,
    "It must hold one token of your identity provider and nothing else.",
    undefined,
    exitCodes.notLoggedIn,
  );
}

function notLoggedIn(url: URL): CommandFailure {
  return new CommandFailure(
    `You are not logged in to ${url.origin}.`,
    `sallyport login --gateway ${url.origin}`,
    undefined,
    exitCodes.notLoggedIn,
  );
}
