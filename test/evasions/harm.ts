import type { Client } from "pg";

/**
 * Everything that no case may change, by name: the rows of every table but `scratch`, the objects of the database and who may use them, the roles,
 * the settings, and files that a case may have asked for. Two readings are equal where nothing was harmed.
 */
export type State = Readonly<Record<string, string>>;

const STATE = `
  select 'tripwire' as name, (select string_agg(id::text, ',') from public.tripwire) as state
  union all select 'customers', (select md5(string_agg(c::text, ',' order by id)) from public.customers c)
  union all select 'orders', (select md5(string_agg(o::text, ',' order by id)) from public.orders o)
  union all select 'events', (select md5(string_agg(e::text, ',' order by at)) from public.events e)
  union all select 'base_people', (select md5(string_agg(v::text, ',' order by id)) from public.base_people v)
  union all select 'api_keys', (select md5(string_agg(k::text, ',' order by id)) from public.api_keys k)
  union all select 'hr.employees', (select md5(string_agg(e::text, ',' order by id)) from hr.employees e)
  union all select 'relations', (select md5(string_agg(concat_ws(' ', oid, relname, relkind, relfilenode, relowner, relacl, relhasrules,
    relhastriggers), ',' order by oid)) from pg_class where oid >= 16384 and relpersistence <> 't')
  union all select 'columns', (select count(*)::text from pg_attribute join pg_class c on c.oid = attrelid
    where c.oid >= 16384 and relpersistence <> 't')
  union all select 'functions', (select md5(string_agg(concat_ws(' ', oid, proname, prosrc, proacl), ',' order by oid)) from pg_proc
    where oid >= 16384 and not pg_is_other_temp_schema(pronamespace))
  union all select 'schemas', (select string_agg(nspname || coalesce(nspacl::text, ''), ',' order by oid) from pg_namespace
    where nspname !~ '^pg_(toast_)?temp_')
  union all select 'extensions', (select string_agg(extname, ',' order by oid) from pg_extension)
  union all select 'comments', (select count(*)::text from pg_description where objoid >= 16384)
  union all select 'large objects', (select count(*)::text from pg_largeobject_metadata)
  union all select 'roles', (select md5(string_agg(concat_ws(' ', rolname, rolsuper, rolpassword), ',' order by oid)) from pg_authid)
  union all select 'role settings', (select string_agg(s::text, ',') from pg_db_role_setting s)
  union all select 'settings', pg_read_file('postgresql.auto.conf')
  union all select 'prepared transactions', (select count(*)::text from pg_prepared_xacts where database = current_database())
  union all select 'files', (select string_agg(file, ',') from pg_ls_dir('.') file where file ~ 'evade')
  union all select 'copied file', (select size::text from pg_stat_file('/srv/evade-copy.txt', true))`;

/** Reads it directly. By a name, since it is read after every run, and planning it takes the server half as long as reading. */
export async function readState(admin: Client): Promise<State> {
  const { rows } = await admin.query<{ name: string; state: string | null }>({ name: "state", text: STATE });
  return Object.fromEntries(rows.map(({ name, state }) => [name, state ?? ""]));
}

/** The names of what is not as it was. */
export function changesIn(before: State, after: State): readonly string[] {
  return Object.keys(before).filter((name) => before[name] !== after[name]);
}
