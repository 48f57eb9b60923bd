import { readFile } from "node:fs/promises";
import { probeCatalog } from "@sallyport/protocol-pg/catalog/probe-catalog";
import { readCatalog } from "@sallyport/protocol-pg/catalog/read-catalog";
import type { Catalog, CatalogFunction, CatalogRelation } from "@sallyport/shared/catalog/catalog";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCatalogServer, type CatalogServer } from "../support/catalog-server.ts";
import { BUNDLED_MAJOR, postgresMajors } from "../support/postgres-majors.ts";

const fixture = await readFile(new URL("../evasions/postgres.schema.sql", import.meta.url), "utf8");
/** What the fixture has not. */
const more = `
  create schema audit;
  create table public.ruled (a int);
  create rule spy as on insert to public.ruled do also insert into public.scratch (id) values (new.a);
  create view public.writable as select id from public.scratch;
  create rule put as on insert to public.writable do instead nothing;
  create view public."Odd ""Name" (renamed) as select note from public.customers;
  create sequence audit.numbers;
  create function audit.checked(v text) returns boolean language plpgsql as 'begin return v <> ''''; end';
  create domain audit.checked_text as text check (audit.checked(value));
  create domain audit.twice as audit.checked_text;
  create type audit.pair as (a int, b audit.twice);
  create table audit.holder (p audit.pair);
  create operator audit.=== (leftarg = int, rightarg = int, function = int4eq, negator = operator(audit.!==));
  create function audit.differ(a int, b int) returns boolean language sql as 'select a <> b';
  create operator audit.!== (leftarg = int, rightarg = int, function = audit.differ, negator = operator(audit.===));
  create domain audit.by_operator as int check (value operator(audit.!==) 0);
  create function audit.to_int(v text) returns int language sql as 'select 1';
  create aggregate audit.total (int) (sfunc = int4pl, stype = int, initcond = 0);
  create extension if not exists citext;
  create table public.gone (a int, b int);
  alter table public.gone drop column a;
  create table public.made (first text, last text, whole text generated always as (first || last) stored, n int);
`;
const named = (list: readonly (CatalogFunction | CatalogRelation)[]): string[] =>
  list.map(({ schema, name }) => `${schema}.${name}`).toSorted();

describe.each(postgresMajors)("the catalog of PostgreSQL %i", (major) => {
  let servers: CatalogServer;
  let catalog: Catalog;

  beforeAll(async () => {
    servers = await startCatalogServer(major);
    const owner = await servers.fill("evade", `${fixture}${more}`);
    await owner.query("create temporary table own_only (a int)");
    catalog = await readCatalog(await servers.login("evade"));
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  it("knows what a column is generated from", () => {
    const made = catalog
      .relation("public", "made")
      ?.columns.map(({ name, madeOf }) => [name, madeOf.map((of) => of.name)]);
    expect(made).toEqual([
      ["first", []],
      ["last", []],
      ["whole", ["first", "last"]],
      ["n", []],
    ]);
  });

  it("says where a session is and looks for names", () => {
    expect(catalog.database).toBe("evade");
    expect(catalog.searchPath).toEqual(["public"]);
  });

  it.each([
    ["public", "customers", "table"],
    ["public", "events", "table"],
    ["public", "v_mail", "view"],
    ["public", "mv_ssn", "materialized-view"],
    ["audit", "numbers", "sequence"],
    ["pg_catalog", "pg_class", "catalog"],
    ["pg_catalog", "pg_stats", "catalog"],
    ["information_schema", "columns", "catalog"],
  ])("has %s.%s as a %s, by name and number", (schema, name, kind) => {
    const relation = catalog.relation(schema, name);
    expect(relation).toMatchObject({ schema, name, kind });
    expect(catalog.relationById(relation?.id ?? 0)).toBe(relation);
    expect(relation?.definition !== undefined).toBe(kind === "view" || kind === "materialized-view");
  });

  it("has columns by the numbers and types that results name, without those that are gone", () => {
    const { columns = [] } = catalog.relation("public", "customers") ?? {};
    expect(columns.slice(0, 4).map(({ name, number, type }) => [name, number, type])).toEqual([
      ["id", 1, 23],
      ["name", 2, 25],
      ["city", 3, 25],
      ["email", 4, 25],
    ]);
    expect(catalog.relation("public", "gone")?.columns.map(({ name, number }) => [name, number])).toEqual([["b", 2]]);
  });

  it("leaves out what is a session's own, and what is kept aside of large values", () => {
    const { columns = [] } = catalog.relation("public", "scratch") ?? {};
    expect(columns).toHaveLength(4);
    expect(catalog.relation("pg_temp", "own_only")).toBeUndefined();
    expect(catalog.relation("pg_temp_3", "own_only")).toBeUndefined();
  });

  it("writes views down with every name in full", () => {
    expect(catalog.relation("public", "v_deep")?.definition).toMatch(/^SELECT [^]* FROM public\.v_mail$/);
    expect(catalog.relation("public", 'Odd "Name')?.definition).toMatch(
      /^SELECT .*note AS renamed\s+FROM public\.customers$/,
    );
  });

  it.each([
    ["public", "ruled", true],
    ["public", "writable", true],
    ["public", "v_mail", false],
    ["public", "customers", false],
    ["pg_catalog", "pg_settings", false],
  ])("says of %s.%s whether rules stand in the way", (schema, name, ruled) => {
    expect(catalog.relation(schema, name)?.opaqueBecause !== undefined).toBe(ruled);
  });

  it("knows partitions and what inherits", () => {
    expect(named(catalog.relation("public", "events")?.descendants ?? [])).toEqual([
      "public.events_2025",
      "public.events_2026",
    ]);
    expect(named(catalog.relation("public", "vip_people")?.ancestors ?? [])).toEqual(["public.base_people"]);
  });

  it.each([
    ["upper", true],
    ["query_to_xml", true],
    ["hmac", true],
    ["hstore", true],
    ["regexp_matches", true],
    ["dblink", false],
    ["xpath_table", false],
    ["postgres_fdw_handler", false],
    ["get_ssn", false],
    ["add_one", false],
    ["wipe_proc", false],
    ["total", false],
  ])("trusts %s: %s", (name, trusted) => {
    const found = catalog.functions(name);
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found.map((one) => one.trusted))).toEqual(new Set([trusted]));
  });

  it.each([
    ["wipe_proc", { kind: "procedure", volatile: true }],
    ["total", { kind: "aggregate" }],
    ["row_number", { kind: "window" }],
    ["all_customers", { kind: "function", volatile: false, returnsSet: true }],
    ["wipe", { kind: "function", volatile: true, returnsSet: false }],
  ])("describes %s", (name, described) => {
    expect(catalog.functions(name)).toMatchObject([described]);
  });

  it.each([
    ["###", ["public.ssn_matches"]],
    ["~~~~", []],
    ["+", []],
    ["!==", ["audit.differ"]],
    ["===", ["audit.differ"]],
  ])("knows what runs behind the operator %s", (operator, functions) => {
    expect(named(catalog.operatorFunctions(operator))).toEqual(functions);
  });

  it.each([
    ["who", ["public.who_mail"]],
    ["public.who", ["public.who_mail"]],
    ["_who", ["public.who_mail"]],
    ["checked_text", ["audit.checked"]],
    ["audit.twice", ["audit.checked"]],
    ["pair", ["audit.checked"]],
    ["holder", ["audit.checked"]],
    ["by_operator", ["audit.differ"]],
    ["tax_no", []],
    ["text", []],
    ["int4", []],
    ["hstore", []],
    ["citext", []],
  ])("knows what runs for the type %s", (type, functions) => {
    expect(named(catalog.typeFunctions(type))).toEqual(functions);
  });

  it("knows the same of a type by the number that columns tell", () => {
    const [column] = catalog.relation("audit", "holder")?.columns ?? [];
    expect(named(catalog.typeFunctions(String(column?.type)))).toEqual(["audit.checked"]);
  });

  it("is the same for the same objects, on the same session and on another", async () => {
    const session = await servers.login("evade");
    const mark = await probeCatalog(session);
    expect((await readCatalog(session)).version).toBe(catalog.version);
    expect((await readCatalog(session)).version).toBe(catalog.version);
    expect(await probeCatalog(session)).toBe(mark);
    expect(await probeCatalog(await servers.login("evade"))).toBe(mark);
  });
});

/** Each is done to a database of its own, by its owner, in order. */
const changes: readonly (readonly [what: string, before: string, change: string])[] = [
  ["a new table", "", "create table t (a int)"],
  ["a table that goes", "create table t (a int)", "drop table t"],
  ["a new name", "create table t (a int)", "alter table t rename to u"],
  ["another schema", "create table t (a int); create schema s", "alter table t set schema s"],
  ["a new column", "create table t (a int)", "alter table t add column b int"],
  ["a column's new name", "create table t (a int)", "alter table t rename column a to b"],
  ["a column that goes", "create table t (a int, b int)", "alter table t drop column a"],
  ["a column's new type", "create table t (a int)", "alter table t alter column a type bigint"],
  ["another view", "create view v as select 1 as a", "create or replace view v as select 2 as a"],
  ["a rule", "create table t (a int)", "create rule r as on insert to t do instead nothing"],
  ["a function", "", "create function f() returns int language sql as 'select 1'"],
  [
    "a function that comes from elsewhere",
    "create extension hstore",
    "alter extension hstore drop function akeys(hstore)",
  ],
  [
    "a cast between the server's own types",
    "create function f(box) returns int language sql as 'select 1'",
    "create cast (box as int) with function f(box)",
  ],
  [
    "a domain's check",
    "create function f(int) returns boolean language sql as 'select true'; create domain d as int",
    "alter domain d add check (f(value))",
  ],
  [
    "an operator",
    "create function f(int, int) returns int language sql as 'select 1'",
    "create operator ### (leftarg = int, rightarg = int, function = f)",
  ],
  [
    "an operator over a session's own function",
    "create function pg_temp.f(int, int) returns int language sql as 'select 1'",
    "create operator ### (leftarg = int, rightarg = int, function = pg_temp.f)",
  ],
  ["a parent", "create table p (a int); create table c (a int)", "alter table c inherit p"],
  ["a schema's new name", "create schema s; create table s.t (a int)", "alter schema s rename to u"],
];

const noChanges: readonly (readonly [what: string, before: string, change: string])[] = [
  ["a session's own table", "", "create temporary table t (a int)"],
  [
    "a session's own table with a domain",
    "create function f(int) returns boolean language sql as 'select true'; create domain d as int check (f(value))",
    "create temporary table t (a d)",
  ],
  ["new rows", "create table t (a int)", "insert into t values (1)"],
  ["a table that is emptied", "create table t (a int)", "truncate t"],
  ["what is counted", "create table t as select 1 as a", "analyze t"],
  ["what is not kept", "create table t (a int)", "begin; alter table t add column b int; rollback"],
];

describe("what changes in a database", () => {
  let servers: CatalogServer;
  let databases = 0;

  beforeAll(async () => {
    servers = await startCatalogServer(BUNDLED_MAJOR);
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  async function marksAround(before: string, change: string) {
    const database = `changed_${++databases}`;
    const owner: Client = await servers.fill(database, before);
    const session = await servers.login(database);
    const first = { mark: await probeCatalog(session), version: (await readCatalog(session)).version };
    await owner.query(change);
    return { first, second: { mark: await probeCatalog(session), version: (await readCatalog(session)).version } };
  }

  it.each(changes)("shows in mark and version: %s", async (_, before, change) => {
    const { first, second } = await marksAround(before, change);
    expect(second.mark).not.toBe(first.mark);
    expect(second.version).not.toBe(first.version);
  });

  it.each(noChanges)("does not show where the catalog is the same: %s", async (_, before, change) => {
    const { first, second } = await marksAround(before, change);
    expect(second).toEqual(first);
  });

  it("shows also where sessions look for names elsewhere from now on", async () => {
    const owner = await servers.fill("moved", "create schema s");
    const mark = await probeCatalog(await servers.login("moved"));
    await owner.query("alter database moved set search_path = s, pg_catalog, public");
    const session = await servers.login("moved");
    expect(await probeCatalog(session)).not.toBe(mark);
    const { searchPath } = await readCatalog(session);
    expect(searchPath).toEqual(["s", "pg_catalog", "public"]);
  });

  it("is read by a role that may see nothing of what is in the tables", async () => {
    await servers.fill(
      "closed",
      `create role stranger login password '${servers.password}';
       create schema s; create table s.t (a int); create view s.v as select a from s.t;
       revoke all on schema public from public`,
    );
    const session = await servers.login("closed", "stranger");
    const mark = await probeCatalog(session);
    const catalog = await readCatalog(session);
    expect(catalog.relation("s", "v")?.definition).toMatch(/FROM s\.t$/);
    expect(catalog.searchPath).toEqual([]);
    expect(await probeCatalog(session)).toBe(mark);
  });

  it("is not read through operators and functions that a schema puts before the server's own", async () => {
    await servers.fill(
      "shadowed",
      `create schema s;
       create function s.never(oid, oid) returns boolean language plpgsql as 'begin raise exception ''run''; end';
       create operator s.= (leftarg = oid, rightarg = oid, function = s.never);
       create function s.pg_get_viewdef(oid) returns text language sql as 'select ''select 1''';
       create table public.t (a int); create view public.v as select a from public.t;
       alter database shadowed set search_path = s, pg_catalog, public`,
    );
    const session = await servers.login("shadowed");
    await probeCatalog(session);
    expect((await readCatalog(session)).relation("public", "v")?.definition).toMatch(/FROM public\.t$/);
  });

  it("may be five thousand tables of twenty columns", async () => {
    const owner = await servers.fill("many", "");
    const columns = Array.from({ length: 20 }, (_, index) => `column_${index} text`).join(", ");
    // a server has room for the locks of some thousands at once
    for (let from = 1; from <= 5_000; from += 500)
      await owner.query(
        `do $$ begin for i in ${from}..${from + 499} loop execute format('create table t_%s (${columns})', i); end loop; end $$`,
      );
    const catalog = await readCatalog(await servers.login("many"));
    expect(catalog.relation("public", "t_1")?.columns).toHaveLength(20);
    expect(catalog.relation("public", "t_5000")?.columns).toHaveLength(20);
  }, 180_000);
});
