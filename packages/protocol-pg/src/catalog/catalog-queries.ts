import { computingExtensions } from "./computing-extensions.ts";

/** Everything below it came with the server. */
const FIRST_OWN_ID = 16_384;

const isTemporary = `n.nspname ~ '^pg_(toast_)?temp_'`;
const temporarySchemas = `select n.oid from pg_namespace n where ${isTemporary}`;
const isRelation = `c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')`;
/** By number too: other people's views may lie in these schemas as well. */
const isServersOwn = `(c.oid < ${FIRST_OWN_ID} and n.nspname in ('pg_catalog', 'information_schema'))`;

/** Where names are looked for, without the server's own schema where nobody names it. Before anything else, and with nothing that the path could lead elsewhere. */
export const searchPathQuery = "select pg_catalog.unnest(pg_catalog.current_schemas(false))";

/** Under this path names mean the server's own, and what the server writes for us has every other name in full. */
export const emptyPath = "set local search_path = ''";

export const databaseQuery = "select current_database()";

/** A function of a session's own counts: an operator that everybody may use can lead to it. */
export const schemasQuery = `
  select n.oid, n.nspname from pg_namespace n
  where not ${isTemporary} or exists (select from pg_proc p where p.pronamespace = n.oid) order by n.oid`;

/** Number, schema, name, letter of its kind, whether it is the server's own, whether it has rules. */
export const relationsQuery = `
  select c.oid, c.relnamespace, c.relname, c.relkind, ${isServersOwn},
    exists (select from pg_rewrite r where r.ev_class = c.oid and r.ev_type <> '1')
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${isRelation} and not ${isTemporary} order by c.oid`;

export const columnsQuery = `
  select a.attrelid, a.attnum, a.atttypid, a.attname
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
  where a.attnum > 0 and not a.attisdropped and ${isRelation} and not ${isTemporary} order by a.attrelid, a.attnum`;

/** Indexes have parents too; only those of relations count. */
export const inheritanceQuery = `
  select i.inhrelid, i.inhparent
  from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
  where ${isRelation} and not ${isTemporary} order by i.inhrelid, i.inhseqno`;

/** Column and column that it is generated from, of one relation. Which of the two the server notes as depending changed with version 15. */
export const generatedQuery = `
  select distinct a.attrelid, a.attnum, d.refobjsubid
  from pg_attribute a
  join pg_attrdef e on e.adrelid = a.attrelid and e.adnum = a.attnum
  join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = a.attrelid
    and d.refobjsubid > 0 and d.refobjsubid <> a.attnum
    and ((d.classid = 'pg_attrdef'::regclass and d.objid = e.oid)
      or (d.classid = 'pg_class'::regclass and d.objid = a.attrelid and d.objsubid = a.attnum))
  join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
  where a.attgenerated <> '' and not a.attisdropped and ${isRelation} and not ${isTemporary}
  order by a.attrelid, a.attnum, d.refobjsubid`;

/** Number, schema, name, letter of its kind, whether it is trusted, whether it is volatile, whether it returns a set. */
export const functionsQuery = `
  select p.oid, p.pronamespace, p.proname, p.prokind,
    p.oid < ${FIRST_OWN_ID} or exists (
      select from pg_depend d join pg_extension e on e.oid = d.refobjid
      where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
        and d.refclassid = 'pg_extension'::regclass and e.extname in (${computingExtensions.map((name) => `'${name}'`).join(", ")})),
    p.provolatile = 'v', p.proretset
  from pg_proc p order by p.oid`;

/** What came with an extension as compiled code computes where it stands behind an operator or a cast; elsewhere it may do anything. */
const isCompiled = (id: string): string => `exists (
  select from pg_proc f join pg_language l on l.oid = f.prolang and l.lanname in ('c', 'internal')
  join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = f.oid and d.deptype = 'e' where f.oid = ${id})`;

/** Operator, function. The server may put an operator's negator or commutator in its place. */
export const operatorsQuery = `
  select distinct o.oprname, p.oprcode::oid
  from pg_operator o join pg_operator p on p.oid in (o.oid, o.oprnegate, o.oprcom)
  where o.oid >= ${FIRST_OWN_ID} and p.oprcode::oid >= ${FIRST_OWN_ID} and not ${isCompiled("p.oprcode")} order by o.oprname, p.oprcode::oid`;

/**
 * Type, its schema and name, function: what runs by casts and by checks of domains, and what runs for a type because it is made of
 * another one: domains, arrays, rows, ranges. PostgreSQL 13 has no multiranges, and no column to ask for them by name.
 */
export const typesQuery = `
  with recursive checks as (
    select c.contypid as type, d.refclassid as class, d.refobjid as id
    from pg_constraint c join pg_depend d on d.classid = 'pg_constraint'::regclass and d.objid = c.oid
    where c.contypid <> 0
  ), parts (part, whole) as materialized (
    select t.typbasetype, t.oid from pg_type t where t.typtype = 'd'
    union all
    select t.typelem, t.oid from pg_type t where t.typelem <> 0
    union all
    select a.atttypid, c.reltype from pg_attribute a join pg_class c on c.oid = a.attrelid
    where a.attnum > 0 and not a.attisdropped and c.reltype <> 0
    union all
    select r.rngsubtype, v.whole from pg_range r
    cross join lateral (values (r.rngtypid), ((to_jsonb(r) ->> 'rngmultitypid')::oid)) v (whole) where v.whole is not null
    union all
    select k.id, k.type from checks k where k.class = 'pg_type'::regclass
  ), used (type, function) as (
    select * from (
      select v.type, c.castfunc from pg_cast c cross join lateral (values (c.castsource), (c.casttarget)) v (type)
      where c.castfunc >= ${FIRST_OWN_ID} and not ${isCompiled("c.castfunc")}
        and (v.type >= ${FIRST_OWN_ID} or (c.castsource < ${FIRST_OWN_ID} and c.casttarget < ${FIRST_OWN_ID}))
      union all
      select k.type, k.id from checks k where k.class = 'pg_proc'::regclass
      union all
      select k.type, o.oprcode::oid from checks k join pg_operator o on o.oid = k.id and k.class = 'pg_operator'::regclass
    ) own (type, function)
    union
    select p.whole, u.function from used u join parts p on p.part = u.type
  )
  select u.type, t.typnamespace, t.typname, u.function
  from used u join pg_type t on t.oid = u.type
  where u.function >= ${FIRST_OWN_ID} and t.typnamespace not in (${temporarySchemas}) order by u.type, u.function`;

/** Views and what they are made of. */
export function definitionsQuery(views: readonly number[]): string {
  return `select v.id, pg_get_viewdef(v.id) from unnest('{${views.join(",")}}'::oid[]) v (id)`;
}

/**
 * Sums over every version of every row that a catalog is made of, so that any change shows, also one that is committed by an older
 * transaction than another. Objects of sessions' own come and go all the time and do not count, nor do the new files
 * that a table gets each time it is emptied. In order, since the server may run the parts side by side.
 */
export const marksQuery = [
  `'pg_class', sum(hashtextextended(concat(c.relkind, c.relnamespace, ' ', c.relname), c.oid::bigint)), count(*)
    from pg_class c where c.relnamespace not in (${temporarySchemas})`,
  `'pg_attribute', ${sumOf("a", "a.attrelid::bigint * 65536 + a.attnum")} from pg_attribute a
    where a.attnum > 0 and a.attrelid not in (select c.oid from pg_class c where c.relnamespace in (${temporarySchemas}))`,
  `'pg_type', ${sumOf("t", "t.oid")} from pg_type t where t.typnamespace not in (${temporarySchemas})`,
  `'pg_namespace', ${sumOf("n", "n.oid")} from pg_namespace n where not ${isTemporary}`,
  `'pg_depend', ${sumOf("d", "d.objid")} from pg_depend d where d.deptype = 'e'`,
  `'pg_inherits', ${sumOf("i", "i.inhrelid")} from pg_inherits i`,
  `'pg_range', ${sumOf("r", "r.rngtypid")} from pg_range r`,
  `'pg_db_role_setting', ${sumOf("s", "s.setrole")} from pg_db_role_setting s`,
  ...["pg_proc", "pg_rewrite", "pg_operator", "pg_cast", "pg_constraint", "pg_extension", "pg_attrdef"].map(
    (table) => `'${table}', ${sumOf("o", "o.oid")} from ${table} o`,
  ),
]
  .map((part) => `select ${part}`)
  .join(" union all ")
  .concat(" order by 1");

function sumOf(row: string, id: string): string {
  return `sum(hashtextextended(${row}.xmin::text, (${id})::bigint)), count(*)`;
}
