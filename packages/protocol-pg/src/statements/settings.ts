import type { Findings } from "./findings.ts";
import { constantOf, isTreeNode, listOf, nodeOf, textOf } from "./tree.ts";

const TRANSACTION_READ_ONLY = "transaction_read_only";

const isOn = (value: string): boolean => /^(t|tr|tru|true|y|ye|yes|on|1)$/i.test(value);

/** The session's own setting falls back to what it logged in with, a transaction's to the server's "off". */
const keptReadOnlyByDefault: Readonly<Record<string, boolean>> = {
  default_transaction_read_only: true,
  [TRANSACTION_READ_ONLY]: false,
};

/**
 * Settings that change what the bytes of a text mean to the server. The agent fixes them when it logs in, so their
 * defaults are safe; any other value would have the server run what was judged as something else.
 */
const readingSettings: Readonly<Record<string, (value: string) => boolean>> = {
  standard_conforming_strings: isOn,
  client_encoding: (value) => /^(utf8|unicode)$/.test(value.toLowerCase().replaceAll(/[^a-z0-9]/g, "")),
  backslash_quote: (value) => value === "safe_encoding",
};

/** Settings by which the names in a text mean other objects, or objects show other rows. */
const meaningSettings: ReadonlySet<string> = new Set(["search_path", "role", "session_authorization", "row_security"]);

/** Settings that change who acts or what code the server loads. The server restricts most of them; policy should know anyway. */
const adminSettings: ReadonlySet<string> = new Set([
  "role",
  "session_authorization",
  "session_replication_role",
  "session_preload_libraries",
  "local_preload_libraries",
  "dynamic_library_path",
  "allow_system_table_mods",
  "lo_compat_privileges",
]);

/** Settings by which the server sorts rows where it would not by itself, to group or to find them. */
const planSettings = /^(enable_\w+|\w+_cost|cursor_tuple_fraction|hash_mem_multiplier)$/;

/** What the server's own log and its audit extensions write: whoever acts must not be able to turn that off. */
const loggingSettings = /^(log_|pgaudit\.|auto_explain\.)/;

/**
 * Judges a change of one setting, however it is spelled: SET, set_config(), ALTER ROLE, ALTER SYSTEM, a function's attribute.
 * `value` is null for the default and undefined where the text does not say it, as with a parameter.
 */
export function addSettingChange(name: string, value: string | null | undefined, found: Findings): void {
  // the server compares names of settings without regard to case, also quoted ones
  const setting = name.toLowerCase();
  if (adminSettings.has(setting) || loggingSettings.test(setting)) found.add("admin");
  if (value !== null && planSettings.test(setting)) found.steerPlans();
  if (meaningSettings.has(setting)) found.changeMeaning({ name: setting, value });
  if (Object.hasOwn(keptReadOnlyByDefault, setting)) {
    const isKept = value === null ? keptReadOnlyByDefault[setting] === true : value !== undefined && isOn(value);
    if (!isKept) found.liftReadOnly();
  }
  if (!Object.hasOwn(readingSettings, setting)) return;
  if (value === null) return;
  if (value === undefined || readingSettings[setting]?.(value) !== true) {
    found.refuse(`Setting ${setting} to this value would change how statements are read.`);
  }
}

/** Judges the modes of a transaction, or those of all to come: BEGIN, SET TRANSACTION, SET SESSION CHARACTERISTICS. */
export function addTransactionModes(modes: unknown, found: Findings): void {
  for (const mode of listOf(modes)) {
    const element = nodeOf("DefElem", mode);
    if (element?.["defname"] === TRANSACTION_READ_ONLY)
      addSettingChange(TRANSACTION_READ_ONLY, constantOf(element["arg"]), found);
  }
}

/** Judges a `VariableSetStmt`, tagged or not. */
export function addSetting(node: unknown, found: Findings): void {
  if (!isTreeNode(node)) {
    found.refuse("The gateway cannot tell which setting this changes.");
    return;
  }
  const kind = node["kind"];
  // RESET ALL leads back to what the agent logged in with
  if (kind === "VAR_RESET_ALL") return;
  const name = textOf(node["name"]);
  if (name === undefined) {
    found.refuse("The gateway cannot tell which setting this changes.");
    return;
  }
  if (kind === "VAR_SET_DEFAULT" || kind === "VAR_RESET") addSettingChange(name, null, found);
  else addSettingChange(name, kind === "VAR_SET_VALUE" ? onlyConstant(node["args"]) : undefined, found);
}

function onlyConstant(args: unknown): string | undefined {
  const [first, ...more] = listOf(args);
  return more.length > 0 ? undefined : (constantOf(first) ?? undefined);
}
