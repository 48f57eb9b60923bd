import type { CatalogOutline } from "@sallyport/gateway/policy/lint/catalog-outline";
import { sentence } from "@sallyport/gateway/policy/sentence";
import { Client } from "pg";
import { CommandFailure } from "../command-failure.ts";

const relationsQuery = `
  select n.nspname as schema, c.relname as name,
    array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
  order by 1, 2`;

const functionsQuery = `
  select distinct n.nspname as schema, p.proname as name
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
  order by 1, 2`;

/** The names of a database's objects, for `policy lint`. */
export async function outlineDatabase(url: string): Promise<CatalogOutline> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    const { rows: named } = await client.query<{ database: string }>("select current_database()::text as database");
    const { rows: relations } = await client.query<CatalogOutline["relations"][number]>(relationsQuery);
    const { rows: functions } = await client.query<CatalogOutline["functions"][number]>(functionsQuery);
    return { database: named[0]?.database ?? "", relations, functions };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(
      `The database cannot be read: ${sentence(reason)}`,
      "Check --database and PGPASSWORD.",
      cause,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
