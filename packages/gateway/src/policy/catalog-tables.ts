import type { Access } from "@sallyport/shared/lineage/lineage";
import { isSystemSchema } from "./name-pattern.ts";

/**
 * The server's own tables and views that tell of objects alone: neither values of tables, nor secrets, nor what others do. Clients and
 * drivers read them all the time, so whoever may read anything may read these. What is not here has to be named by a rule.
 */
const harmless = new Set([
  ...catalogWords(
    `aggregate am amop amproc attrdef attribute auth_members available_extension_versions available_extensions cast class collation
    constraint conversion cursors database db_role_setting default_acl depend description enum event_trigger extension
    foreign_data_wrapper foreign_server foreign_table group index indexes inherits init_privs language largeobject_metadata locks matviews namespace opclass operator opfamily parameter_acl
    partitioned_table policies policy prepared_statements proc publication publication_namespace publication_rel publication_tables
    range rewrite roles rules sequence sequences settings shdepend shdescription stat_all_indexes stat_all_tables stat_sys_indexes
    stat_sys_tables stat_user_functions stat_user_indexes stat_user_tables statio_all_indexes statio_all_sequences
    statio_all_tables statio_sys_indexes statio_sys_sequences statio_sys_tables statio_user_indexes statio_user_sequences
    statio_user_tables stat_database statistic_ext tables tablespace timezone_abbrevs timezone_names transform trigger ts_config
    ts_config_map ts_dict ts_parser ts_template type user views`,
  ).map((name) => `pg_catalog.pg_${name}`),
  ...catalogWords(
    `administrable_role_authorizations applicable_roles attributes character_sets check_constraint_routine_usage check_constraints
    collation_character_set_applicability collations column_column_usage column_domain_usage column_privileges column_udt_usage
    columns constraint_column_usage constraint_table_usage data_type_privileges domain_constraints domain_udt_usage domains
    element_types enabled_roles foreign_tables information_schema_catalog_name key_column_usage parameters
    referential_constraints role_column_grants role_routine_grants role_table_grants role_udt_grants role_usage_grants
    routine_column_usage routine_privileges routine_routine_usage routine_sequence_usage routine_table_usage routines schemata
    sequences sql_features sql_implementation_info sql_languages sql_packages sql_parts sql_sizing sql_sizing_profiles
    table_constraints table_privileges tables transforms triggered_update_columns triggers udt_privileges usage_privileges
    user_defined_types view_column_usage view_routine_usage view_table_usage views`,
  ).map((name) => `information_schema.${name}`),
]);

/** Columns of these that say how other servers are reached, which may hold secrets. */
const secretColumns: ReadonlySet<string> = new Set(["fdwoptions", "srvoptions", "ftoptions"]);

/** Those that hold values of tables, or statements of others in which such values stand, or what passwords are checked against. */
const holdingData = new Set(
  catalogWords(
    `authid largeobject shadow stat_activity statistic statistic_ext_data stats stats_ext
    stats_ext_exprs subscription user_mapping user_mappings`,
  ).map((name) => `pg_${name}`),
);

/** Whether a statement touches one of the server's own tables. */
export function isOfCatalog({ schema, relation }: Access): boolean {
  return isSystemSchema(schema) || relation?.kind === "catalog";
}

/** Whether whoever may read anything may read it. */
export function isHarmless({ verb, schema, name, relation, columns }: Access): boolean {
  if ((verb !== "read" && verb !== "copy-out") || !isSystemSchema(schema)) return false;
  if (!harmless.has(`${schema}.${name}`)) return false;
  const touched = columns ?? relation?.columns.map((column) => column.name) ?? [];
  return !touched.some((column) => secretColumns.has(column));
}

/** Whether masked values may stand in it. That of an extension lies in whatever schema it was put. */
export function holdsData({ schema, name }: Access): boolean {
  if (name === "pg_stat_statements") return true;
  return schema.startsWith("pg_toast") || (isSystemSchema(schema) && holdingData.has(name));
}

/** Whether values of tables stand in this column of a table that otherwise holds none: what rows older than the column have in it. */
export function isDataColumn(schema: string, name: string, column: string): boolean {
  return schema === "pg_catalog" && name === "pg_attribute" && column === "attmissingval";
}

function catalogWords(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
