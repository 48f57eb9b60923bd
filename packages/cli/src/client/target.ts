import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-codes.ts";
import { readLogins, type SavedLogin } from "./saved-logins.ts";

/** What every command that asks a gateway takes. */
export interface GatewayOptions {
  readonly gateway?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly ca?: string | undefined;
}

/** The gateway that a command is about. */
export type Target =
  /** One on this host, asked as its own operating-system user. */
  | { readonly kind: "socket"; readonly path: string; readonly ca: TrustedAuthority | undefined }
  | {
      readonly kind: "url";
      readonly url: URL;
      readonly ca: TrustedAuthority | undefined;
      /** The name of the saved login that it is of. */
      readonly name: string | undefined;
      readonly login: SavedLogin | undefined;
    };

/** By whom the gateway's certificate is trusted, instead of the system's authorities. */
export interface TrustedAuthority {
  readonly pem: string;
  /** Where it was read from; undefined for that of a saved login. */
  readonly file: string | undefined;
}

const SOCKET = "unix:";

/** Finds the gateway that is meant: named by the option, by SALLYPORT_GATEWAY, or the one logged in to last. */
export async function findTarget(options: GatewayOptions): Promise<Target> {
  const named = options.gateway ?? given("SALLYPORT_GATEWAY");
  const caFile = options.ca ?? given("SALLYPORT_CA_FILE");
  const ca = caFile === undefined ? undefined : { pem: await readAuthority(caFile), file: caFile };
  if (named?.startsWith(SOCKET) === true) {
    const path = named.slice(SOCKET.length);
    return { kind: "socket", path, ca: ca ?? (await authorityBeside(path)) };
  }
  const logins = await readLogins();
  if (named?.includes("://") === true) {
    const url = parseGatewayUrl(named);
    const [name, login] = Object.entries(logins.gateways).find((entry) => entry[1].url === url.origin) ?? [];
    return { kind: "url", url, name, login, ca: ca ?? savedAuthority(login) };
  }
  const name = named ?? logins.current;
  if (name === undefined) throw noGateway(Object.keys(logins.gateways));
  const login = Object.hasOwn(logins.gateways, name) ? logins.gateways[name] : undefined;
  if (login === undefined) throw unknownName(name, Object.keys(logins.gateways));
  return { kind: "url", url: parseGatewayUrl(login.url), name, login, ca: ca ?? savedAuthority(login) };
}

/** For messages. */
export function describeTarget(target: Target): string {
  return target.kind === "socket" ? target.path : target.url.origin;
}

/** The URL of a gateway's API: https, and nothing behind the port. */
export function parseGatewayUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === "https:" && url.username === "" && /^\/?$/.test(url.pathname + url.search)) return url;
  throw new CommandFailure(
    `"${text}" is no URL of a gateway.`,
    "Give it as https://gateway.example.com:7443, or unix:/path/to/api.sock on the gateway's own host.",
    undefined,
    exitCodes.usage,
  );
}

/** A variable of the environment that is set to something. */
export function given(variable: string): string | undefined {
  const value = process.env[variable];
  return value === "" ? undefined : value;
}

export async function readAuthority(file: string): Promise<string> {
  const pem = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new CommandFailure(
      `The authority's certificate cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      "Name another file with --ca.",
      cause,
      exitCodes.usage,
    );
  });
  if (pem.includes("-----BEGIN CERTIFICATE-----")) return pem;
  throw new CommandFailure(
    `${file} holds no certificate in PEM.`,
    "Name another file with --ca.",
    undefined,
    exitCodes.usage,
  );
}

/** A gateway that has a certificate of its own authority puts that beside its socket, in its state's folder. */
async function authorityBeside(socket: string): Promise<TrustedAuthority | undefined> {
  const file = join(dirname(socket), "ca.crt");
  const pem = await readFile(file, "utf8").catch(() => undefined);
  return pem === undefined ? undefined : { pem, file };
}

function savedAuthority(login: SavedLogin | undefined): TrustedAuthority | undefined {
  return login?.ca === undefined ? undefined : { pem: login.ca, file: undefined };
}

function noGateway(known: readonly string[]): CommandFailure {
  if (known.length > 0)
    return new CommandFailure(
      "No gateway is the current one.",
      `sallyport gateways use NAME, or --gateway NAME: you know ${known.join(", ")}.`,
      undefined,
      exitCodes.notLoggedIn,
    );
  return new CommandFailure(
    "You are not logged in to a gateway.",
    "sallyport login --gateway https://gateway.example.com:7443; on the gateway's own host: --gateway unix:state/api.sock",
    undefined,
    exitCodes.notLoggedIn,
  );
}

/** Nobody has logged in to a gateway under this name. */
export function unknownName(name: string, known: readonly string[]): CommandFailure {
  const list = known.length === 0 ? "There is none yet" : `Those that you know are ${known.join(", ")}`;
  return new CommandFailure(
    `You have no login to a gateway named "${name}".`,
    `${list}; sallyport login --gateway URL --name ${name} adds it.`,
    undefined,
    exitCodes.notLoggedIn,
  );
}
