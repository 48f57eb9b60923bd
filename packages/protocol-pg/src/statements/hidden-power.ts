import type { Verb } from "@sallyport/shared/verb";

/**
 * Functions of the server and its extensions that do more than their call shows: they run SQL given as text, reach files,
 * other servers and other sessions, or write. A call in any statement carries these verbs besides, so that a policy of
 * reading alone refuses them. They are matched by name in whatever schema, since extensions live in any.
 * What a policy says about functions one by one is another matter and comes on top.
 */
const byName: Readonly<Record<string, readonly Verb[]>> = {
  // SQL given as text (ts_rewrite only in its form with a query)
  ts_stat: ["admin"],
  connectby: ["admin"],
  xpath_table: ["admin"],
  pg_background_launch: ["admin"],

  // files of the server's host
  lo_import: ["admin"],
  lo_export: ["admin"],
  pg_stat_file: ["admin"],
  pg_current_logfile: ["admin"],
  pg_hba_file_rules: ["admin"],
  pg_ident_file_mappings: ["admin"],
  pg_show_all_file_settings: ["admin"],

  // other sessions
  pg_cancel_backend: ["admin"],
  pg_terminate_backend: ["admin"],
  pg_log_backend_memory_contexts: ["admin"],

  // the server as a whole
  pg_reload_conf: ["admin"],
  pg_rotate_logfile: ["admin"],
  pg_rotate_logfile_old: ["admin"],
  pg_promote: ["admin"],
  pg_start_backup: ["admin"],
  pg_stop_backup: ["admin"],
  pg_backup_start: ["admin"],
  pg_backup_stop: ["admin"],
  pg_switch_wal: ["admin"],
  pg_create_restore_point: ["admin"],
  pg_log_standby_snapshot: ["admin"],
  pg_stop_making_pinned_objects: ["admin"],
  pg_nextoid: ["admin"],
  pg_import_system_collations: ["admin"],
  pg_extension_config_dump: ["admin"],
  pg_sync_replication_slots: ["admin"],
  pg_set_attribute_stats: ["admin"],
  pg_set_relation_stats: ["admin"],
  brin_summarize_new_values: ["admin"],
  brin_summarize_range: ["admin"],
  brin_desummarize_range: ["admin"],
  gin_clean_pending_list: ["admin"],

  // pages as they lie on disk, past every privilege and policy
  get_raw_page: ["admin"],
  pg_prewarm: ["admin"],
  pg_truncate_visibility_map: ["admin"],

  // writes; nextval goes with `insert`, as its privilege goes with that of the table it numbers
  nextval: ["insert"],
  setval: ["update"],
  lo_creat: ["insert"],
  lo_create: ["insert"],
  lo_from_bytea: ["insert"],
  lo_put: ["update"],
  lowrite: ["update"],
  lo_truncate: ["update"],
  lo_truncate64: ["update"],
  lo_unlink: ["delete"],

  pg_notify: ["notify"],
  pg_listening_channels: ["session"],
};

/** Schemas of extensions whose functions all reach beyond the database: jobs that run SQL given as text, other servers. */
const adminSchemas: ReadonlySet<string> = new Set(["cron", "net", "aws_s3", "aws_lambda", "azure_storage"]);

/** Families whose members share a beginning. */
const byBeginning: readonly (readonly [beginning: RegExp, verbs: readonly Verb[]])[] = [
  [/^(query|cursor|table|schema|database)_to_xml/, ["admin"]],
  [/^(dblink|crosstab|postgres_fdw_)/, ["admin"]],
  [/^pg_(read_|ls_|file_|logfile_|logdir_|stat_reset|stat_clear|stat_statements_reset|stat_force)/, ["admin"]],
  [/^pg_(logical_|replication_|create_|drop_|copy_|wal_replay_|xact_replay_|restore_|clear_)/, ["admin"]],
  [
    /^(binary_upgrade_|heap_force_|heap_page_|bt_page_|brin_page_|gin_page_|gist_page_|hash_page_|tuple_data_)/,
    ["admin"],
  ],
  [/^pg_(try_)?advisory_/, ["lock"]],
];

const none: readonly Verb[] = [];
const admin: readonly Verb[] = ["admin"];
/** What was found before. Every column with a table's name in front asks, since that may be a call too. */
const known = new Map<string, readonly Verb[]>();
/** Names come from clients, so what is remembered about them is bounded. */
const MAX_KNOWN = 2000;

/** The verbs that a call of this function hides; none for one that only computes. Names as the grammar folded them; `schema` where the text says one. */
export function hiddenPower(schema: string | undefined, name: string, argumentCount: number): readonly Verb[] {
  if (schema !== undefined && adminSchemas.has(schema)) return admin;
  if (name === "ts_rewrite") return argumentCount === 3 ? none : admin;
  let power = known.get(name);
  if (power === undefined) {
    power = powerByName(name);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(name, power);
  }
  return power;
}

function powerByName(name: string): readonly Verb[] {
  const own = Object.hasOwn(byName, name) ? byName[name] : undefined;
  return own ?? byBeginning.find(([beginning]) => beginning.test(name))?.[1] ?? none;
}
