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
  lower upper initcap concat concat_ws left right reverse replace translate md5 sha224 sha256 sha384 sha512 btrim
  ltrim rtrim trim string_to_array quote_literal quote_ident quote_nullable to_hex text name to_json to_jsonb
  row_to_json array_to_json json_build_object jsonb_build_object json_build_array jsonb_build_array
  json_strip_nulls jsonb_strip_nulls jsonb_pretty json_extract_path json_extract_path_text jsonb_extract_path
  jsonb_extract_path_text hstore array_append array_prepend array_cat array_to_string array_remove array_replace
`);

/** The same of what one argument gives, where the text spells out the others: by its place. */
const totalOfOne: Readonly<Record<string, number>> = {
  ...atPlace(0, "substr substring overlay split_part lpad rpad encode convert_to digest hmac to_char varchar bpchar"),
  ...atPlace(0, "regexp_replace abs ceil ceiling floor round trunc sign"),
  ...atPlace(1, "date_trunc"),
};

function atPlace(place: number, names: string): Readonly<Record<string, number>> {
  return Object.fromEntries([...words(names)].map((name) => [name, place]));
}

/** Those of them in whose result the whole value is, for whoever can tell it from the rest. */
const carrying: ReadonlySet<string> = words(`
  lower upper concat concat_ws reverse quote_literal quote_ident quote_nullable text to_json to_jsonb row_to_json
  array_to_json json_build_object jsonb_build_object json_build_array jsonb_build_array array_append array_prepend
  array_cat hstore
`);

/** Aggregates and window functions of which the same holds. */
const totalOfRows: ReadonlySet<string> = words(`
  min max sum avg array_agg string_agg json_agg jsonb_agg xmlagg any_value bool_and bool_or every mode
  percentile_disc first_value last_value nth_value lag lead
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
export function mannerOf(name: string, spelled: readonly boolean[]): CallManner {
  if (name === "count") return "counted";
  if (isTotalOfOne(name, spelled)) return "derived";
  if (carrying.has(name)) return "carried";
  return total.has(name) || totalOfRows.has(name) || Object.hasOwn(expanding, name) ? "derived" : "tested";
}

function isTotalOfOne(name: string, spelled: readonly boolean[]): boolean {
  // what is put into a pattern does not fail, whatever the pattern was found to be
  if (name === "format") return spelled[0] === true;
  const place = Object.hasOwn(totalOfOne, name) ? totalOfOne[name] : undefined;
  return place !== undefined && spelled.every((isSpelled, index) => isSpelled || index === place);
}

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
