/**
 * Extensions whose functions work on what they are given and on nothing else: they read no table or file, run no SQL and reach no other
 * server. Of the server's own collection these are not: `tablefunc`, `dblink`, `xml2`, `postgres_fdw`, `file_fdw`, `adminpack`, `lo`, `plperl` and all that show
 * what the server does.
 */
export const computingExtensions = [
  "btree_gin",
  "btree_gist",
  "citext",
  "cube",
  "earthdistance",
  "fuzzystrmatch",
  "hstore",
  "intarray",
  "isn",
  "ltree",
  "pg_trgm",
  "pgcrypto",
  "seg",
  "unaccent",
  "uuid-ossp",
] as const;
