import type { Verb } from "@sallyport/shared/verb";

/**
 * Functions of the servers and of well-known plugins that do more than compute: they reach files, other servers and other
 * sessions, take locks or write. A call in any statement carries these verbs besides, so that a policy of reading alone
 * refuses it. What a policy says about functions one by one, and about those of users, is another matter and comes on top.
 */
const byName: ReadonlyMap<string, readonly Verb[]> = new Map<string, readonly Verb[]>([
  ["load_file", ["copy-in", "admin"]],

  ["get_lock", ["lock"]],
  ["release_lock", ["lock"]],
  ["release_all_locks", ["lock"]],
  ["service_get_read_locks", ["lock"]],
  ["service_get_write_locks", ["lock"]],
  ["service_release_locks", ["lock"]],

  ["nextval", ["update"]],
  ["setval", ["update"]],

  // they wait for replication, on the server's threads
  ["master_pos_wait", ["admin"]],
  ["source_pos_wait", ["admin"]],
  ["master_gtid_wait", ["admin"]],
  ["wait_for_executed_gtid_set", ["admin"]],
  ["wait_until_sql_thread_after_gtids", ["admin"]],
  ["wsrep_sync_wait_upto_gtid", ["admin"]],

  // programs of the server's host
  ["sys_exec", ["admin"]],
  ["sys_eval", ["admin"]],
  ["sys_get", ["admin"]],
  ["sys_set", ["admin"]],

  // other servers
  ["spider_direct_sql", ["admin"]],
  ["spider_bg_direct_sql", ["admin"]],
  ["spider_copy_tables", ["admin"]],
  ["spider_flush_table_mon_cache", ["admin"]],
  ["mroonga_command", ["admin"]],
  ["sphinx_snippets", ["admin"]],

  // rules and dictionaries of plugins
  ["load_rewrite_rules", ["admin"]],
  ["flush_rewrite_rules", ["admin"]],
  ["set_firewall_mode", ["admin"]],
  ["set_firewall_group_mode", ["admin"]],
  ["read_firewall_users", ["admin"]],
  ["read_firewall_groups", ["admin"]],
  ["read_firewall_whitelist", ["admin"]],
  ["read_firewall_group_allowlist", ["admin"]],
  ["firewall_group_enlist", ["admin"]],
  ["firewall_group_delist", ["admin"]],
  ["gen_dictionary_load", ["admin"]],
  ["gen_dictionary_drop", ["admin"]],
]);

/** Families whose members share a beginning. */
const families =
  /^(keyring_|audit_log_|audit_api_|mysql_firewall_|version_tokens_|group_replication_|asynchronous_connection_failover_|masking_dictionar|option_tracker_|mle_|lib_mysqludf_)/;

const none: readonly Verb[] = [];
const admin: readonly Verb[] = ["admin"];

/**
 * The verbs that a call of this function hides; none for one that only computes. The name is as it stands: servers find their
 * functions without regard to case and to accents, so `lóad_file` is one of them.
 */
export function hiddenPower(written: string): readonly Verb[] {
  const name = foldName(written);
  return byName.get(name) ?? (families.test(name) ? admin : none);
}

/** A name without case and accents, as the server compares names of functions and variables. */
export function foldName(name: string): string {
  const lower = name.toLowerCase();
  return /^[\0-\x7f]*$/.test(lower) ? lower.trimEnd() : lower.normalize("NFKD").replaceAll(/\p{M}/gu, "").trimEnd();
}
