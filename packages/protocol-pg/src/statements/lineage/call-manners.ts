import type { CalledName, CallManner } from "@sallyport/shared/lineage/relational";
import { hiddenPower } from "../hidden-power.ts";

/** The words of a text, as a set. */
function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/**
 * Functions of the server's that give one value of theirs whatever the values they are given, and never fail by them: their result can be
 * masked without its failing or not telling anything. All others are taken to tell.
 */
const total: ReadonlySet<string> = words(`
  lower upper initcap concat concat_ws left right reverse translate md5 sha224 sha256 sha384 sha512 btrim ltrim
  rtrim trim quote_literal quote_ident quote_nullable to_hex text name to_json to_jsonb row_to_json
  array_to_json json_build_object jsonb_build_object json_build_array jsonb_build_array json_strip_nulls
  jsonb_strip_nulls jsonb_pretty hstore array_append array_prepend array_cat array_to_string
`);

/** The same of what one argument gives, where the text spells out the others: by its place. */
const totalOfOne: Readonly<Record<string, number>> = {
  ...atPlace(0, "substr substring overlay split_part lpad rpad encode convert_to digest hmac to_char varchar bpchar"),
  ...atPlace(0, "replace regexp_replace abs ceil ceiling floor round trunc sign nth_value lag lead"),
  ...atPlace(1, "date_trunc percentile_disc"),
};

/** Longer texts in place of what is found would make a result of a size that the server cannot have, where something is found. */
const MAX_REPLACEMENT = 8;

/** Of those, what else the text has to say so that nothing fails or is missing by the value. `others`: constants, as the text spells them. */
const onlyWith: Readonly<Record<string, (others: readonly SpelledArgument[]) => boolean>> = {
  // by a pattern nothing may be found
  substring: ([from]) => from?.isWholeNumber === true,
  // other encodings have not all letters
  convert_to: ([encoding]) => /^utf-?8$/i.test(encoding?.text ?? ""),
  // a length that must not be exceeded
  varchar: (others) => others.length === 0,
  bpchar: (others) => others.length === 0,
  replace: ([, by]) => isShort(by),
  regexp_replace: ([, by]) => isShort(by) && by?.text?.includes("\\") !== true,
};

/** A constant argument. `text`: undefined where it comes as a parameter or is computed. */
export interface SpelledArgument {
  readonly text: string | undefined;
  readonly isWholeNumber: boolean;
}

function isShort(argument: SpelledArgument | undefined): boolean {
  return argument?.text !== undefined && argument.text.length <= MAX_REPLACEMENT;
}

/** Whether the result may be longer by what is found in the value. */
function mayGrow(name: string, spelled: readonly (SpelledArgument | undefined)[]): boolean {
  const [what, by] = spelled.slice(1).map((argument) => argument?.text ?? "");
  if (name === "regexp_replace") return by !== "";
  return name === "replace" && (by ?? "").length > (what ?? "").length;
}

function atPlace(place: number, names: string): Readonly<Record<string, number>> {
  return Object.fromEntries([...words(names)].map((name) => [name, place]));
}

/** Those of them in whose result the whole value is, for whoever can tell it from the rest. */
const carrying: ReadonlySet<string> = words(`
  lower upper concat concat_ws reverse quote_literal quote_ident quote_nullable text to_json to_jsonb row_to_json
  array_to_json json_build_object json_build_array jsonb_build_array array_append array_prepend array_cat
`);

/** Aggregates and window functions of which the same holds. */
const totalOfRows: ReadonlySet<string> = words(`
  min max array_agg string_agg json_agg jsonb_agg xmlagg any_value bool_and bool_or every mode
  first_value last_value
`);

/** Functions that give as many rows as their argument has elements. */
const expanding: Readonly<Record<string, readonly string[]>> = {
  unnest: ["unnest"],
  json_each: ["key", "value"],
  jsonb_each: ["key", "value"],
  json_each_text: ["key", "value"],
  jsonb_each_text: ["key", "value"],
  json_array_elements: ["value"],
  jsonb_array_elements: ["value"],
  json_array_elements_text: ["value"],
  jsonb_array_elements_text: ["value"],
  json_object_keys: ["json_object_keys"],
  jsonb_object_keys: ["jsonb_object_keys"],
};

/** Functions that give rows of one column, which is called like them or like the range. */
const ofOneColumn: ReadonlySet<string> = words(`
  generate_series generate_subscripts regexp_matches regexp_split_to_table string_to_table jsonb_path_query
  pg_ls_dir json_object_keys unnest
`);

/** The server marks these as volatile, and they give a value all the same and change nothing of anybody's. `set_config` is judged with SET. */
const harmless: ReadonlySet<string> = words(`
  random random_normal clock_timestamp timeofday gen_random_uuid uuidv4 uuidv7 setseed uuid_generate_v1
  uuid_generate_v1mc uuid_generate_v4 gen_random_bytes gen_salt nextval currval lastval set_config
  pg_is_in_recovery pg_is_wal_replay_paused current_query pg_current_xact_id pg_current_xact_id_if_assigned
  txid_current txid_current_if_assigned pg_relation_size pg_table_size pg_total_relation_size pg_indexes_size
  pg_database_size pg_tablespace_size pg_size_pretty pg_my_temp_schema pg_get_keywords
  pg_stat_get_snapshot_timestamp pg_blocking_pids pg_safe_snapshot_blocking_pids
  pg_isolation_test_session_is_blocked pg_current_wal_lsn pg_last_wal_receive_lsn pg_last_wal_replay_lsn
  pg_last_xact_replay_timestamp pg_lock_status pg_available_extensions pg_available_extension_versions
  pg_timezone_names pg_timezone_abbrevs pg_extension_update_paths pg_sequence_last_value
  pg_notification_queue_usage pg_partition_tree pg_partition_ancestors pg_collation_actual_version
  pg_database_collation_actual_version pg_jit_available
`);

/** These show what other sessions do or what only a superuser may see, without being volatile. */
const revealing: ReadonlySet<string> = words(`
  pg_stat_get_activity pg_stat_get_backend_activity pg_stat_get_wal_senders pg_mcv_list_items lo_get loread
  lo_open pg_options_to_table pg_stat_get_subscription pg_stat_get_wal_receiver
`);

/** What a function of the server's makes of its arguments, given which of them the text spells out. */
export function mannerOf(name: string, spelled: readonly (SpelledArgument | undefined)[]): CallManner {
  if (name === "count") return "counted";
  if (name === "sum" || name === "avg") return "added";
  if (name === "string_to_array") return "listed";
  // a field that the text names; an endless date has not all of them
  if (name === "extract" || name === "date_part") return spelled[0] === undefined ? "tested" : "asked";
  if (Object.hasOwn(expanding, name)) return "unfolded";
  if (isTotalOfOne(name, spelled)) return mayGrow(name, spelled) ? "unfolded" : "derived";
  if (carrying.has(name) || (name === "jsonb_build_object" && hasSpelledKeys(spelled))) return "carried";
  return total.has(name) || totalOfRows.has(name) ? "derived" : "tested";
}

/** Of keys that come twice only one is kept, which tells whether they are the same. */
function hasSpelledKeys(spelled: readonly (SpelledArgument | undefined)[]): boolean {
  return spelled.every((argument, index) => index % 2 === 1 || argument !== undefined);
}

/** Whether it fails where one of its arguments is NULL. */
export function needsAllOf(name: string, spelled: readonly (SpelledArgument | undefined)[]): boolean {
  // as the name of something it must be there
  if (name === "format") return spelled[0]?.text?.includes("I") !== false;
  return name === "json_build_object" || name === "jsonb_build_object";
}

function isTotalOfOne(name: string, spelled: readonly (SpelledArgument | undefined)[]): boolean {
  // what is put into a pattern does not fail, unless the pattern takes it for a width
  if (name === "format") return spelled[0]?.text?.includes("*") === false;
  const place = Object.hasOwn(totalOfOne, name) ? totalOfOne[name] : undefined;
  if (place === undefined) return false;
  const others = spelled.filter((argument, index) => index !== place && argument !== undefined);
  if (others.length < spelled.length - 1) return false;
  const isRight = Object.hasOwn(onlyWith, name) ? onlyWith[name] : undefined;
  return isRight?.(others.filter((argument) => argument !== undefined)) ?? true;
}

/** What gives something else of a list, and what gives the list or one like it. */
const takingLists: ReadonlySet<string> = words(`
  array_to_string array_to_json to_json to_jsonb json_build_array jsonb_build_array json_build_object
  jsonb_build_object json_agg jsonb_agg concat concat_ws format
`);
const keepingLists: ReadonlySet<string> = words(`
  array_append array_prepend first_value last_value nth_value lag lead any_value
`);

/** What becomes of a list that it is given; undefined: it may fail by its length. */
export function listsIn(name: string): "taken" | "kept" | undefined {
  if (takingLists.has(name)) return "taken";
  return keepingLists.has(name) ? "kept" : undefined;
}

/** Functions that take the part of a JSON value that their other arguments lead to. */
export const takingParts: ReadonlySet<string> = words(`
  json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text
`);

/** Functions to which it makes no difference whether arguments come as an array. */
export const takingArrays: ReadonlySet<string> = words("concat concat_ws");

/** Whether it gives one value that depends on nothing but its arguments and never fails by them. */
export function isPlainFunction(name: string): boolean {
  return total.has(name) || Object.hasOwn(totalOfOne, name) || name === "format";
}

/** How its columns in FROM are called; undefined where that is not known. */
export function columnsOfCall(name: string): readonly string[] | undefined {
  if (Object.hasOwn(expanding, name)) return expanding[name];
  return ofOneColumn.has(name) ? [name] : undefined;
}

export function expands(name: string): boolean {
  return Object.hasOwn(expanding, name);
}

/** What is known of a function by its name alone. */
export function powerOf(schema: string | undefined, name: string, argumentCount: number): CalledName["power"] {
  if (schema !== undefined && schema !== "pg_catalog") return "declared";
  if (revealing.has(name)) return "reveals";
  if (harmless.has(name)) return "computes";
  return hiddenPower(schema, name, argumentCount).length > 0 ? "reveals" : "declared";
}

/** Operators in whose result both values are as a whole. */
export const carryingOperators: ReadonlySet<string> = words(`
  ||
`);

/** Operators that say whether two values are equal. */
export const equalityOperators: ReadonlySet<string> = words(`
  = <> !=
`);
