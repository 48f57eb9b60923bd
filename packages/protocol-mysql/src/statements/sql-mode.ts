import type { TextModes } from "./text-modes.ts";

/** What a list of modes switches on, of all that decides how a text is read. */
export type ModeParts = Pick<TextModes, "ansiQuotes" | "noBackslashEscapes" | "ignoreSpace">;

/** The modes by bit, from 0, as `sql_mode = 4` counts them. Empty: one that is gone, or that changes the language (ORACLE, MSSQL, …). */
const byBit: readonly string[] = [
  "real_as_float,pipes_as_concat,ansi_quotes,ignore_space,ignore_bad_table_options,only_full_group_by",
  "no_unsigned_subtraction,no_dir_in_create,,,,,,,,,,,ansi,no_auto_value_on_zero,no_backslash_escapes",
  "strict_trans_tables,strict_all_tables,no_zero_in_date,no_zero_date,allow_invalid_dates",
  "error_for_division_by_zero,traditional,no_auto_create_user,high_not_precedence",
  "no_engine_substitution,pad_char_to_full_length",
].flatMap((names) => names.split(","));

const names: ReadonlySet<string> = new Set([
  ...byBit.filter((name) => name !== ""),
  "time_truncate_fractional",
  "time_round_fractional",
  "simultaneous_assignment",
  "empty_string_is_null",
]);

/** Whether a text is exactly the name of one mode that can be followed. */
export function isSqlModeName(name: string): boolean {
  return names.has(name.toLowerCase());
}

/**
 * What a value of `sql_mode` switches on, given as its list or number; undefined where it holds a mode that cannot be followed
 * because it changes the language (`ORACLE`, `MSSQL`), or that this gateway does not know.
 */
export function parseSqlMode(value: string | number): ModeParts | undefined {
  const given = typeof value === "number" ? namesOf(value) : value.split(",");
  if (given === undefined) return undefined;
  const list = given.map((name) => name.trim().toLowerCase()).filter((name) => name !== "");
  if (!list.every((name) => names.has(name))) return undefined;
  const isAnsi = list.includes("ansi");
  return {
    ansiQuotes: isAnsi || list.includes("ansi_quotes"),
    noBackslashEscapes: list.includes("no_backslash_escapes"),
    ignoreSpace: isAnsi || list.includes("ignore_space"),
  };
}

function namesOf(bits: number): readonly string[] | undefined {
  if (!Number.isSafeInteger(bits) || bits < 0 || bits >= 2 ** byBit.length) return undefined;
  const found = byBit.filter((_name, bit) => Math.floor(bits / 2 ** bit) % 2 === 1);
  return found.includes("") ? undefined : found;
}
