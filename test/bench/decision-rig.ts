import { viewOfRules } from "@sallyport/gateway/policy/testing/view-of-rules";
import { createCatalog } from "@sallyport/protocol-pg/catalog/catalog-index";
import type { FunctionRow } from "@sallyport/protocol-pg/catalog/catalog-rows";
import { SessionObjects } from "@sallyport/protocol-pg/inspector/session-objects";
import { createViewReader } from "@sallyport/protocol-pg/statements/lineage/read-view";
import type { ReadText } from "@sallyport/protocol-pg/statements/read-text";
import { createStatementReader } from "@sallyport/protocol-pg/statements/statement-reader";
import type { Catalog } from "@sallyport/shared/catalog/catalog";

const GRAMMAR = 18;
const TABLES = 500;
const COLUMNS = 12;
const TEXT = 25;

/** Tables are told apart, two columns of each are masked, and personal data is sought in results. */
const RULES = `
rules:
  - { allow: [read], on: ["public.*"], except: ["public.t49*"] }
  - { allow: [insert, update], on: ["public.t1*"] }
  - { deny: [delete], on: ["public.t3*"], because: no }
masks:
  - { columns: ["public.*.c3"], with: email }
  - { columns: ["public.t1*.c4", "public.t2*.c4"], with: hash }
  - { find: [card-number, us-ssn], with: redact }
`;

/** The whole of what happens to a text between its frame and its record: read, resolve, decide. */
export type Decide = (sql: Buffer) => Promise<"allow" | "deny"> | "allow" | "deny";

/** Makes what a session has, with 500 tables of 12 columns and a view over each tenth. */
export async function createDecisionRig(): Promise<Decide> {
  const reader = await createStatementReader(GRAMMAR);
  const catalog = createBenchCatalog();
  const source = { needed: true, current: () => catalog, outdated: () => undefined };
  const objects = new SessionObjects(source, createViewReader(reader));
  const view = viewOfRules(RULES);
  const decideRead = ({ statements }: ReadText): "allow" | "deny" => {
    const located = objects.locate(statements);
    if (located.kind === "wait") throw new Error("the catalog is there");
    const decisions = located.statements.map((statement) => view.decide(statement).kind);
    return decisions.length === 0 || decisions.includes("deny") ? "deny" : "allow";
  };
  return (sql) => {
    const read = reader.read(sql);
    return read instanceof Promise ? read.then(decideRead) : decideRead(read);
  };
}

function createBenchCatalog(): Catalog {
  const tables = Array.from({ length: TABLES }, (_, index) => ({ id: index + 1, name: `t${index}` }));
  const views = tables.filter((_, index) => index % 10 === 0).map(({ name }, index) => ({ id: 10_001 + index, name }));
  return createCatalog({
    version: "bench",
    database: "shop",
    searchPath: ["public"],
    relations: [
      ...tables.map((table) => ({ ...table, schema: "public", kind: "table" as const, hasRules: false })),
      ...views.map(({ id, name }) => ({
        id,
        schema: "public",
        name: `v_${name}`,
        kind: "view" as const,
        hasRules: false,
      })),
    ],
    columns: [...tables, ...views].flatMap(({ id }) =>
      Array.from({ length: COLUMNS }, (_, at) => ({ relation: id, number: at + 1, type: TEXT, name: `c${at}` })),
    ),
    definitions: new Map(
      views.map(({ id, name }) => {
        const columns = Array.from({ length: COLUMNS }, (_, at) => `x.c${at}`).join(", ");
        return [id, `SELECT ${columns} FROM public.${name} x`];
      }),
    ),
    generated: [],
    inheritance: [],
    functions: ["lower", "count", "sum", "coalesce", "now", "date_trunc", "row_number"].map(builtIn),
    operators: [],
    types: [],
  });
}

function builtIn(name: string, index: number): FunctionRow {
  return {
    id: index + 1,
    schema: "pg_catalog",
    name,
    kind: "function",
    trusted: true,
    volatile: false,
    returnsSet: false,
  };
}
