import type { Catalog } from "@sallyport/shared/catalog/catalog";
import { createCatalog } from "../../../catalog/catalog-index.ts";
import type { CatalogRows, FunctionRow } from "../../../catalog/catalog-rows.ts";

/** Tables of `public`, each with its columns. */
const tables: Readonly<Record<string, readonly string[]>> = {
  users: ["id", "name", "email", "ssn", "profile", "tags", "home"],
  orders: ["id", "user_id", "total"],
  keys: ["id", "key"],
};

const views: Readonly<Record<string, { readonly columns: readonly string[]; readonly definition: string }>> = {
  v_mail: { columns: ["id", "contact"], definition: "SELECT users.id, users.email AS contact FROM public.users" },
  v_shout: { columns: ["shout"], definition: "SELECT upper(v_mail.contact) AS shout FROM public.v_mail" },
  v_key: { columns: ["key"], definition: "SELECT public.get_key(keys.id) AS key FROM public.keys" },
};

const builtIn = [
  "lower",
  "upper",
  "length",
  "count",
  "concat",
  "max",
  "string_agg",
  "row_to_json",
  "to_jsonb",
  "unnest",
];
const more = ["generate_series", "jsonb_each_text", "row_number", "now", "substr", "coalesce", "email_of", "pg_sleep"];

/** A catalog with a few tables and views, some functions of the server's and two of somebody's: `get_key` and the operator `###` behind it. */
export function createFixtureCatalog(): Catalog {
  const named = [
    ...Object.entries(tables),
    ...Object.entries(views).map(([name, { columns }]) => [name, columns] as const),
  ];
  const rows: CatalogRows = {
    version: "1",
    database: "shop",
    searchPath: ["public"],
    relations: named.map(([name], index) => ({
      id: index + 1,
      schema: "public",
      name,
      kind: name.startsWith("v_") ? "view" : "table",
      hasRules: false,
    })),
    columns: named.flatMap(([, columns], index) =>
      columns.map((name, at) => ({ relation: index + 1, number: at + 1, type: name === "id" ? 23 : 25, name })),
    ),
    definitions: new Map(
      named.flatMap(([name], index) => {
        const view = views[name];
        return view === undefined ? [] : [[index + 1, view.definition] as const];
      }),
    ),
    generated: [],
    inheritance: [],
    functions: [...[...builtIn, ...more].map(serversFunction), somebodysFunction],
    operators: [{ operator: "###", function: somebodysFunction.id }],
    types: [],
  };
  return createCatalog(rows);
}

function serversFunction(name: string, index: number): FunctionRow {
  return {
    id: index + 100,
    schema: "pg_catalog",
    name,
    kind: "function",
    trusted: true,
    volatile: name === "pg_sleep",
    returnsSet: false,
  };
}

const somebodysFunction: FunctionRow = {
  id: 1000,
  schema: "public",
  name: "get_key",
  kind: "function",
  trusted: false,
  volatile: false,
  returnsSet: false,
};
