import type { Findings } from "./findings.ts";
import { isFollowedCharacterSet } from "./character-sets.ts";
import type { Phrase } from "./phrase.ts";
import type { ModeChange } from "./mode-change.ts";
import { followSqlMode, literalText, type SettingText } from "./setting-value.ts";

/** Session variables that change what is replicated or logged, or what the server checks. */
const adminSettings =
  /^(pseudo_|sql_log_|binlog_|gtid_|wsrep_|debug|server_id$|replicate_|skip_replication$|skip_parallel_replication$|default_master_connection$|log_|slow_query_log$|system_versioning_insert_history$|original_|immediate_server_version$|require_row_format$|restrict_fk_on_non_standard_key$|transaction_write_set_extraction$|rbr_exec_mode$|proxy_user$|external_user$)/;

/** The values of these make results readable to whoever knows their shape. */
const SETS_THAT_MUST_BE_TRACKED = ["character_set_client", "character_set_connection", "character_set_results"];

/**
 * Judges a new value of a session variable. Returns what it changes of how texts are read; refuses what cannot be followed.
 * `name` is as written. https://dev.mysql.com/doc/refman/9.7/en/server-system-variables.html
 */
export function judgeSetting(name: string, value: Phrase, text: SettingText, found: Findings): ModeChange {
  // names of variables are found without regard to case and accents
  if (!/^[\w$]+$/.test(name)) {
    found.refuse("The name of a variable must be of plain letters.");
    return {};
  }
  const setting = name.toLowerCase();
  found.add("session");
  if (adminSettings.test(setting)) found.add("admin");
  const literal = literalText(value, text);
  switch (setting) {
    case "sql_mode":
      return changeMode(value, text, found);
    case "character_set_client":
      return changeCharacterSet(literal, found);
    case "character_set_results":
      if (!(literal !== undefined && (literal === "null" || isFollowedCharacterSet(literal)))) refuseSet(found);
      return {};
    case "character_set_connection":
      if (literal === undefined || !isFollowedCharacterSet(literal)) refuseSet(found);
      return {};
    case "collation_connection":
      if (literal === undefined || !isFollowedCharacterSet(literal.split("_")[0] ?? "")) refuseSet(found);
      return {};
    case "session_track_system_variables":
      if (!keepsTracking(value, literal)) found.refuse("The character sets of the session must stay tracked.");
      return {};
    case "session_track_schema":
      if (literal === undefined || !/^(on|true|1|default)$/.test(literal))
        found.refuse("The schema of the session must stay tracked.");
      return {};
    case "resultset_metadata":
      if (literal === undefined || !/^(full|1|default)$/.test(literal))
        found.refuse("Results must come with their columns.");
      return {};
    default:
      return {};
  }
}

function changeMode(value: Phrase, text: SettingText, found: Findings): ModeChange {
  const change = followSqlMode(value, text);
  if (change !== undefined) return change;
  found.refuse("The gateway cannot follow this value of sql_mode.");
  return {};
}

/** SET NAMES, SET CHARACTER SET and `character_set_client`. */
export function changeCharacterSet(name: string | undefined, found: Findings): ModeChange {
  found.add("session");
  if (name !== undefined && isFollowedCharacterSet(name)) return { characterSet: name };
  refuseSet(found);
  return {};
}

function refuseSet(found: Findings): void {
  found.refuse("The gateway cannot follow this character set.");
}

/** A list of its own must hold the character sets; what is added to the list there is holds them. */
function keepsTracking(value: Phrase, literal: string | undefined): boolean {
  if (literal !== undefined) {
    const tracked = new Set(literal.split(",").map((name) => name.trim()));
    return tracked.has("*") || SETS_THAT_MUST_BE_TRACKED.every((name) => tracked.has(name));
  }
  if (!value.says(0, "concat") || !value.isSymbol(1, "(") || value.at(2).kind !== "system") return false;
  const name = value.isSymbol(4, ".") ? 5 : 3;
  const rest = value.part(name + 1, value.length);
  const onlyTexts = rest.tokens.every(
    (token) => token.kind === "text" || (token.kind === "symbol" && /^[,)]$/.test(token.value)),
  );
  return (
    value.at(name).value.toLowerCase() === "session_track_system_variables" &&
    onlyTexts &&
    value.isSymbol(name + 1, ",")
  );
}
