import { GatewayError } from "@sallyport/shared/errors";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { statusFlag } from "../messages/status-flags.ts";
import { fact } from "../server-facts.ts";
import type { OpenedLogin } from "./open-login.ts";
import { tellableState } from "./tellable-state.ts";
import { queryServer, type AskedServer } from "./query-server.ts";

/** What is asked of a fresh session, by the name of its fact where the gateway is told of it. */
const questions: readonly (readonly [name: string, expression: string])[] = [
  [fact.connectionId, "CONNECTION_ID()"],
  [fact.sqlMode, "@@session.sql_mode"],
  [fact.characterSetClient, "@@session.character_set_client"],
  [fact.globalSqlMode, "@@global.sql_mode"],
  [fact.globalCharacterSetClient, "@@global.character_set_client"],
  [fact.characterSetConnection, "@@session.character_set_connection"],
  [fact.characterSetResults, "@@session.character_set_results"],
  [fact.lowerCaseTableNames, "@@global.lower_case_table_names"],
  [fact.maxAllowedPacket, "@@session.max_allowed_packet"],
  // the name is in no particular encoding otherwise
  [fact.database, "HEX(CONVERT(DATABASE() USING utf8mb4))"],
  [fact.trackedVariables, "@@session.session_track_system_variables"],
  ["tracksSchema", "@@session.session_track_schema"],
];

/** What the server must tell of whenever it changes, since it decides how texts are read. */
const watchedVariables = ["character_set_client", "character_set_connection", "character_set_results"];

/** Asks the fresh session what the gateway has to know of it, and has it tell of changes where the server's own settings do not. */
export async function collectFacts(login: OpenedLogin): Promise<ServerFacts> {
  const answers = await ask(login);
  const trackedVariables = await watch(login, answers);
  const { greeting, negotiated, ok } = login;
  const { tracksSchema: _tracks, ...settings } = Object.fromEntries(answers);
  return {
    version: greeting.version,
    settings: {
      ...settings,
      [fact.trackedVariables]: trackedVariables,
      [fact.database]: Buffer.from(answers.get(fact.database) ?? "", "hex").toString("utf8"),
      [fact.capabilities]: String(greeting.capabilities),
      [fact.mariadbCapabilities]: String(greeting.mariadbCapabilities),
      [fact.negotiated]: String(negotiated),
      [fact.collation]: String(greeting.collation),
      [fact.status]: String(ok.status & ~statusFlag.SESSION_STATE_CHANGED),
      [fact.sessionState]: tellableState(ok.stateChanges).toString("base64"),
    },
  };
}

async function ask(server: AskedServer): Promise<ReadonlyMap<string, string>> {
  const [row] = await rowsOf(server, `SELECT ${questions.map(([, expression]) => expression).join(", ")}`);
  if (row?.length !== questions.length) throw new GatewayError("server/malformed", "the server told nothing of itself");
  return new Map(questions.map(([name], at) => [name, row[at] ?? ""]));
}

/** Returns the list of the variables that the session tracks now. */
async function watch(server: AskedServer, answers: ReadonlyMap<string, string>): Promise<string> {
  const tracked = (answers.get(fact.trackedVariables) ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  const missing = tracked.includes("*") ? [] : watchedVariables.filter((name) => !tracked.includes(name));
  const list = [...tracked, ...missing].join(",");
  const wanted = [
    ...(missing.length === 0 ? [] : [`session_track_system_variables = '${list}'`]),
    ...(isOn(answers.get("tracksSchema")) ? [] : ["session_track_schema = ON"]),
  ];
  if (wanted.length > 0) await rowsOf(server, `SET ${wanted.map((each) => `SESSION ${each}`).join(", ")}`);
  return list;
}

function isOn(value: string | undefined): boolean {
  return value === "1" || value === "ON";
}

async function rowsOf(server: AskedServer, text: string): Promise<readonly (readonly (string | undefined)[])[]> {
  const answer = await queryServer(server, text);
  if (answer.kind === "rows") return answer.rows;
  const { code, message } = answer.error;
  throw new GatewayError("server/unsupported", `the server does not answer what was asked of it: ${code} ${message}`);
}
