import { GatewayError } from "@sallyport/shared/errors";
import { parseStartupOptions } from "./startup-options.ts";

/** What a login may set, by its lower-case name, as the server spells it. Everything else could change what statements mean or may do. */
const passedOn = new Map(
  [
    "application_name",
    "DateStyle",
    "TimeZone",
    "IntervalStyle",
    "extra_float_digits",
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
  ].map((name) => [name.toLowerCase(), name]),
);

/** Parameters that are no settings. */
const ownMeaning = new Set(["user", "database", "options", "replication"]);
const PROTOCOL_OPTION = "_pq_.";

/** What a StartupMessage says, in parts. */
export interface StartupParameters {
  readonly user: string;
  readonly database: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

type Parameters = readonly (readonly [name: string, value: string])[];

/** Names of protocol options, which the protocol wants answered by name and otherwise left alone. */
export function protocolOptions(parameters: Parameters): readonly string[] {
  return parameters.map(([name]) => name).filter((name) => name.startsWith(PROTOCOL_OPTION));
}

/** Takes the parameters through the allow-list. Throws `login/setting-refused` naming the first that may not be set. */
export function readStartupParameters(parameters: Parameters): StartupParameters {
  const named = new Map(parameters);
  if (!isOff(named.get("replication") ?? "off")) {
    throw new GatewayError("protocol/unsupported", "the client asks for a replication connection", {
      detail: "Replication connections are not relayed.",
    });
  }
  // the command line first: parameters with a name of their own win, as in the server
  const asked = [
    ...parseStartupOptions(named.get("options") ?? ""),
    ...parameters.filter(([name]) => !ownMeaning.has(name) && !name.startsWith(PROTOCOL_OPTION)),
  ];
  const settings = new Map<string, string>();
  for (const [name, value] of asked) {
    const spelled = passedOn.get(name.toLowerCase());
    if (spelled === undefined) checkFixed(name, value);
    else settings.set(spelled, value);
  }
  const user = named.get("user") ?? "";
  if (user === "")
    throw new GatewayError("login/failed", "the startup message names no user", { detail: "No user name was given." });
  return { user, database: named.get("database") || undefined, settings: Object.fromEntries(settings) };
}

/** Two settings have one value here, which the agent sets whatever the client says; a client that wants another one can't be served. */
function checkFixed(name: string, value: string): void {
  switch (name.toLowerCase()) {
    case "client_encoding":
      if (isUtf8(value)) return;
      throw refused(name, `The setting ${name} can only be UTF8 here.`);
    case "standard_conforming_strings":
      if (isOn(value)) return;
      throw refused(name, `The setting ${name} can only be "on" here.`);
    default:
      throw refused(name, `The setting ${JSON.stringify(name)} cannot be given at login.`);
  }
}

/**
 * The server compares names of encodings by their letters and digits. SQL_ASCII asks for no conversion at all and is what psql
 * sends in a C locale; such a client gets UTF8 and is told so by ParameterStatus.
 */
function isUtf8(encoding: string): boolean {
  const name = encoding.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
  return name === "utf8" || name === "unicode" || name === "sqlascii";
}

/** The server takes any unambiguous beginning of these words. */
function isOn(value: string): boolean {
  const word = value.toLowerCase();
  return word === "1" || word === "on" || isBeginning(word, "true") || isBeginning(word, "yes");
}

function isOff(value: string): boolean {
  const word = value.toLowerCase();
  return word === "0" || word === "of" || word === "off" || isBeginning(word, "false") || isBeginning(word, "no");
}

function isBeginning(word: string, of: string): boolean {
  return word !== "" && of.startsWith(word);
}

function refused(name: string, detail: string): GatewayError {
  return new GatewayError("login/setting-refused", `the login sets ${JSON.stringify(name)}`, { detail });
}
