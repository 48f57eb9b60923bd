import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";

/** The names under which a server's facts and a client's login travel between gateway and agent; all values are texts. */
export const fact = {
  /** What the server offers; MariaDB's own beside it. */
  capabilities: "capabilities",
  mariadbCapabilities: "mariadbCapabilities",
  /** What the agent logged in with: what the client negotiated, and SESSION_TRACK. */
  negotiated: "negotiated",
  connectionId: "connectionId",
  /** Of the server's greeting. */
  collation: "collation",
  /** Of the login's OK. */
  status: "status",
  /** The state block of the login's OK, in base64. */
  sessionState: "sessionState",
  sqlMode: "sqlMode",
  characterSetClient: "characterSetClient",
  /** Where COM_RESET_CONNECTION goes back to. */
  globalSqlMode: "globalSqlMode",
  globalCharacterSetClient: "globalCharacterSetClient",
  /** Of which variables the session tells changes: as the server's settings have it, and those that decide how texts are read. */
  trackedVariables: "trackedVariables",
  characterSetConnection: "characterSetConnection",
  characterSetResults: "characterSetResults",
  lowerCaseTableNames: "lowerCaseTableNames",
  maxAllowedPacket: "maxAllowedPacket",
  /** Empty where none is chosen. */
  database: "database",
} as const satisfies Readonly<Record<string, string>>;

/** What a client's login says to the agent that logs in for it. */
export const loginSetting = {
  capabilities: "capabilities",
  mariadbCapabilities: "mariadbCapabilities",
  collation: "collation",
  /** The connection attributes, a JSON object of texts. */
  attributes: "attributes",
} as const satisfies Readonly<Record<string, string>>;

const NUMBER = /^\d{1,10}$/;
const MAX_UINT32 = 0xffff_ffff;

/** A number of at most 32 bits among texts that another process wrote; undefined where there is none. */
export function numberIn(texts: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = texts[name] ?? "";
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  return value <= MAX_UINT32 ? value : undefined;
}

/** The version as clients know it: MariaDB before 11 puts another one in front, for replicas that knew MySQL only. */
export function plainVersion({ version }: ServerFacts): string {
  return version.replace(/^5\.5\.5-/, "");
}
