import type { Environment } from "@sallyport/shared/lineage/environment";
import type { Flow, Lineage } from "@sallyport/shared/lineage/lineage";
import { resolveLineage } from "@sallyport/shared/lineage/resolve-lineage";
import { describe, expect, it } from "vitest";
import { createStatementReader } from "../statement-reader.ts";
import { createViewReader } from "./read-view.ts";
import { createFixtureCatalog } from "./testing/fixture-catalog.ts";

const reader = await createStatementReader(17);
const environment: Environment = {
  catalog: createFixtureCatalog(),
  searchPath: ["public"],
  temporary: new Map([["mine", { name: "mine", columns: [{ name: "a", flow: [] }] }]]),
  implicitColumns: new Set(["ctid"]),
  plainLists: new Set(),
  summable: new Set([23]),
  readView: createViewReader(reader),
};

function lineageOf(sql: string): Lineage {
  const read = reader.read(Buffer.from(sql));
  if (read instanceof Promise) throw new Error("read elsewhere");
  const [statement] = read.statements;
  if (statement?.lowered === undefined) throw new Error(`not lowered: ${statement?.unknownBecause ?? ""}`);
  return resolveLineage(statement.lowered, statement.verbs, environment);
}

function shown(flow: Flow): string {
  return flow
    .map(({ column, path, manner }) => {
      const what = [`${column.relation.name}.${column.name}`, ...path].join("/");
      return manner === "same" ? what : `${manner} ${what}`;
    })
    .toSorted()
    .join(" + ");
}

function outputsOf(sql: string): readonly string[] {
  const { outputs, unknownBecause } = lineageOf(sql);
  if (unknownBecause !== undefined) return [`unknown: ${unknownBecause}`];
  return (outputs ?? []).map(({ flow }) => shown(flow));
}

describe("the sources of outputs", () => {
  it.each([
    ["select email from users", ["users.email"]],
    ["select u.email as x, 1 from users u", ["users.email", ""]],
    ["select public.users.email from public.users", ["users.email"]],
    ["select * from orders", ["orders.id", "orders.user_id", "orders.total"]],
    [
      "select o.*, email from orders o join users u on u.id = o.user_id",
      ["orders.id", "orders.user_id", "orders.total", "users.email"],
    ],
    ["table keys", ["keys.id", "keys.key"]],
    ["select ssn as name, name as ssn from users", ["users.ssn", "users.name"]],
    ["select upper(email) from users", ["carried users.email"]],
    ["select 'x' || ssn from users", ["carried users.ssn"]],
    ["select left(ssn, 2), ssn::varchar(3) from users", ["derived users.ssn", "derived users.ssn"]],
    ["select length(email), email < 'm' from users", ["tested users.email", "tested users.email"]],
    ["select nullif(left(email, 1), 'a') from users", ["asked users.email"]],
    ["select (to_jsonb(left(email, 1))->>0) from users", ["asked users.email"]],
    [
      "select string_to_array(email, '@'), (string_to_array(email, '@'))[2] from users",
      ["listed users.email", "asked users.email"],
    ],
    ["select array_to_string(string_to_array(email, '@'), '-') from users", ["asked users.email"]],
    ["select array[string_to_array(email, '@')] from users", ["tested users.email"]],
    ["select string_to_array(email, '@') || array['x'] from users", ["tested users.email"]],
    ["select array_agg(string_to_array(email, '@')) from users", ["tested users.email"]],
    ["select array(select string_to_array(email, '@') from users)", ["tested users.email"]],
    [
      "select id + 1, id * 2, id / 2, id % 7, id * 1.5, 5 - id from users",
      [
        "derived users.id",
        "tested users.id",
        "derived users.id",
        "derived users.id",
        "derived users.id",
        "derived users.id",
      ],
    ],
    [
      "select id + 100000, id + 1 + 1, id / 0, 1 / id, id + $1, email + 1 from users",
      Array(5).fill("tested users.id").concat("tested users.email"),
    ],
    [
      "select id::bigint, id::int2, (id + 1)::bigint, (id || 'x')::int from users",
      ["derived users.id", "tested users.id", "tested users.id", "tested users.id"],
    ],
    ["select email::text, ssn::int from users", ["carried users.email", "tested users.ssn"]],
    ["select email = 'x' from users", ["tested users.email"]],
    ["select coalesce(email, name) from users", ["carried users.email + carried users.name"]],
    ["select case when id = 1 then email end from users", ["carried users.email + carried users.id"]],
    [
      "select u from users u",
      [["email", "home", "id", "name", "profile", "ssn", "tags"].map((c) => `carried users.${c}`).join(" + ")],
    ],
    ["select row(id, email) from users", ["carried users.email + carried users.id"]],
    ["select (home).zip from users", ["users.home/zip"]],
    ["select (u).email from users u", ["users.email"]],
    ["select profile->>'tier' from users", ["users.profile/tier"]],
    ["select profile#>>'{contacts,0,mail}' from users", ["users.profile/contacts/0/mail"]],
    ["select profile->>$1 from users", ["derived users.profile"]],
    ["select profile->'a'->>'b' from users", ["users.profile/a/b"]],
    ["select tags[1] from users", ["users.tags/1"]],
    ["select e.value from users u, jsonb_each_text(u.profile) e", ["derived users.profile"]],
    ["select t from users u, unnest(u.tags) t", ["derived users.tags"]],
    ["select (select email from users limit 1)", ["users.email"]],
    ["select array(select ssn from users)", ["derived users.ssn"]],
    ["select q.e from (select email as e from users) q", ["users.email"]],
    ["with x(a, b) as (select id, ssn from users) select b from x", ["users.ssn"]],
    ["with users as (select 1 as id, 'mine' as email) select email from users", [""]],
    ["select name from users union all select email from users", ["users.email + users.name"]],
    ["values (1, (select ssn from users))", ["", "users.ssn"]],
    ["select v.x from users u, lateral (select u.email as x) v", ["users.email"]],
    ["select v from users c, lateral (values (c.email),(c.ssn)) t(v)", ["users.email + users.ssn"]],
    ["select email from users a full join (select email from users) b using (email)", ["users.email"]],
    ["select * from (select email from users) a natural join (select email from users) b", ["users.email"]],
    ["select max(email), count(*), count(email) from users", ["derived users.email", "", ""]],
    ["select string_agg(email, ',' order by id) from users", ["derived users.email"]],
    ["select contact from v_mail", ["users.email"]],
    ["select shout from v_shout", ["carried users.email"]],
    [
      "with recursive t(id, v) as (select 1, email from users union all select t.id + 1, u.ssn from t join users u on u.id = t.id) select v from t",
      ["users.email + users.ssn"],
    ],
    ["with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select * from t", [""]],
    ["select a from mine", [""]],
    ["select * from generate_series(1, 3) g", [""]],
    ["select ctid, u.ctid from users u", ["", ""]],
    ["insert into orders (id) values (1) on conflict (lower(total)) do nothing returning id", ["orders.id"]],
    ["insert into orders(id) select id from users returning id, total", ["orders.id + users.id", "orders.total"]],
    ["update orders set total = u.ssn from users u where u.id = user_id returning total", ["orders.total + users.ssn"]],
    ["delete from orders using users u where u.id = user_id returning u.email", ["users.email"]],
    [
      "with w as (insert into orders(id, total) select id, ssn from users returning *) select total from w",
      ["orders.total + users.ssn"],
    ],
    ["copy users (id, email) to stdout", ["users.id", "users.email"]],
    ["copy (select upper(email) from users) to stdout", ["carried users.email"]],
    ["declare c cursor for select email from users", ["users.email"]],
  ])("of %s", (sql, expected) => {
    expect(outputsOf(sql)).toEqual(expected);
  });

  it.each([
    ["select * from nowhere"],
    ["select nothing from users"],
    ["select id from users, orders"],
    ["select u.nothing from users u"],
    ["select u.*, e.* from users u, jsonb_to_record(u.profile) e"],
    ["do $$ begin end $$"],
    ["create temp table users as select 1 as id"],
    ["create table t as execute p"],
    ["update orders set total[(select max(key) from keys)] = 1"],
    ["select * from users tablesample bernoulli ((select max(total) from orders))"],
    ["select x from xmltable('/a' passing '<a/>' columns x text default (select max(key) from keys))"],
  ])("are unknown of %s", (sql) => {
    expect(lineageOf(sql).unknownBecause).toBeDefined();
  });
});

function usesOf(sql: string): readonly string[] {
  const { uses, unknownBecause } = lineageOf(sql);
  if (unknownBecause !== undefined) return [`unknown: ${unknownBecause}`];
  return uses.map(({ flow, how, against }) => {
    const sides = against.map((side) => `[${shown(side.flow)}]`);
    return [how, shown(flow), ...(sides.length === 0 ? [] : ["against", ...sides])].join(" ");
  });
}

describe("what decides instead of being handed out", () => {
  it.each([
    ["select 1 from users where email = 'x'", ["equality users.email"]],
    ["select 1 from users where email = lower($1)", ["equality users.email"]],
    ["select 1 from users where email in ('a', $1)", ["equality users.email"]],
    ["select 1 from users where email is not null and name <> 'x'", ["equality users.email", "equality users.name"]],
    ["select 1 from users where ssn like '0%'", ["test users.ssn"]],
    ["select 1 from users where ssn > '0'", ["test users.ssn"]],
    ["select 1 from users where nullif(ssn, '0') is null", ["equality asked users.ssn"]],
    ["select coalesce(nullif(ssn, '0'), name, 'x') from users", []],
    ["select coalesce(nullif(ssn, '0'), (1 / id)::text) from users", ["test users.id", "test asked users.ssn"]],
    ["select coalesce(nullif(ssn, '0'), ('x'::text)::regclass::text) from users", ["test asked users.ssn"]],
    ["select id + 1 from users", ["equality users.id"]],
    ["select unnest(string_to_array(ssn, '-')) from users", ["test listed users.ssn", "test tested users.ssn"]],
    ["select 1 from users where ssn between 'a' and 'b'", ["test users.ssn"]],
    ["select 1 from users where substr(ssn, 1, 1) = '0'", ["equality derived users.ssn"]],
    ["select 1 from users order by ssn", ["order users.ssn"]],
    ["select ssn as x from users order by x", ["order users.ssn"]],
    ["select ssn from users order by 1", ["order users.ssn"]],
    ["select count(*) from users group by ssn", ["grouping users.ssn"]],
    ["select distinct ssn from users", ["grouping users.ssn"]],
    [
      "select 1 from users a join users b on a.ssn = b.ssn",
      ["equality users.ssn against [users.ssn]", "equality users.ssn against [users.ssn]"],
    ],
    ["select g from generate_series(1, 9) g join users on ssn = g::text", ["equality users.ssn against []"]],
    ["select x from (values ('a')) v(x) join users on ssn = x", ["equality users.ssn"]],
    [
      "select 1 from users where ssn in (select key from keys)",
      ["equality users.ssn against [keys.key]", "equality keys.key against [users.ssn]"],
    ],
    ["select row_number() over (order by ssn) from users", ["order users.ssn"]],
    [
      "select count(*) over (rows (select max(ssn)::int from users) preceding) from orders",
      ["test derived users.ssn", "order tested users.ssn"],
    ],
    ["select grouping(ssn) from users group by rollup (ssn)", ["equality users.ssn", "grouping carried users.ssn"]],
    ["select count(*) over (partition by ssn) from users", ["order users.ssn"]],
    ["select 1 from orders limit (select ssn::int from users limit 1)", ["test users.ssn", "test tested users.ssn"]],
    ["select 1 from users u, generate_series(1, u.id) g", ["test users.id", "test tested users.id"]],
    ["select 1 from users group by name having max(ssn) > 'a'", ["grouping users.name", "test derived users.ssn"]],
    ["select ssn from users except select 'x'", ["equality users.ssn"]],
    ["select id from users where profile @> '{}'", ["test users.profile"]],
  ])("in %s", (sql, expected) => {
    expect(usesOf(sql)).toEqual(expected);
  });
});

describe("what is touched, stored and called", () => {
  it.each([
    ["select email from users where id = 1", "read public.users(email,id)"],
    ["select count(*) from users", "read public.users()"],
    ["select contact from v_mail", "read public.v_mail(contact), read public.users(email,id)"],
    ["insert into orders(id) values (1)", "insert public.orders(id)"],
    ["insert into orders values (1, 2)", "insert public.orders(id,user_id)"],
    ["delete from orders where id = 1", "delete public.orders, read public.orders(id)"],
    ["update orders set total = 1", "update public.orders(total)"],
    ["truncate orders, keys", "truncate public.orders, truncate public.keys"],
    ["drop table mine", "drop pg_temp.mine"],
    ["create temp table t (a int)", "create pg_temp.t"],
    ["insert into mine values (1)", "insert pg_temp.mine(a)"],
    ["select 1 from users for update", "lock public.users, read public.users()"],
  ])("in %s", (sql, expected) => {
    const accesses = lineageOf(sql).accesses.map(({ verb, schema, name, columns }) =>
      [`${verb} ${schema}.${name}`, columns === undefined ? "" : `(${columns.toSorted().join(",")})`].join(""),
    );
    expect(accesses.toSorted()).toEqual(expected.split(", ").toSorted());
  });

  it.each([
    ["insert into orders(id, total) select id, ssn from users", "id: users.id, total: users.ssn"],
    ["update orders set total = (select max(ssn) from users)", "total: derived users.ssn"],
    ["insert into orders(id) values (1) on conflict (id) do update set total = excluded.id", ""],
    ["create temp table t as select email as x from users", "x: users.email"],
    ["select ssn as x into temp t from users", "x: users.ssn"],
    [
      "merge into orders o using users u on o.id = u.id when not matched then insert (id, total) values (u.id, u.ssn)",
      "id: users.id, total: users.ssn",
    ],
  ])("in %s is stored", (sql, expected) => {
    const stored = lineageOf(sql).stored.map(({ column, flow }) => `${column}: ${shown(flow)}`);
    expect(stored.join(", ")).toBe(expected);
  });

  it.each([
    ["select get_key(1)", "public.get_key"],
    ["select 5 ### '078%'", "public.get_key"],
    ["select key from v_key", "public.get_key"],
    ["create temp table t(a text default get_key(1))", "public.get_key"],
    ["select pg_temp.f()", "pg_temp.f"],
    ["select pg_sleep(1)", "pg_catalog.pg_sleep"],
    ["select upper('x'), now()", ""],
  ])("in %s is called", (sql, expected) => {
    expect(
      lineageOf(sql)
        .calls.map(({ schema, name }) => `${schema}.${name}`)
        .join(", "),
    ).toBe(expected);
  });

  it.each([
    ["delete from orders", "noWhere"],
    ["delete from orders where true", "alwaysTrueWhere"],
    ["update orders set total = 1 where id = id or total = 3", "alwaysTrueWhere"],
    ["delete from orders where id = 1", ""],
    ["select * from orders", "unbounded"],
    ["select * from orders limit 5", ""],
    ["select count(*) from orders", ""],
    ["copy orders to stdout", "unbounded"],
  ])("%s shows %s", (sql, expected) => {
    expect(lineageOf(sql).facts.join(" ")).toBe(expected);
  });
});
