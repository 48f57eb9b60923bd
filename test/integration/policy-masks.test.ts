import pg from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresOptions } from "../support/postgres-options.ts";
import { startPsql } from "../support/psql.ts";
import { startRoad, type Road } from "../support/road.ts";
import { containing } from "../support/text-matchers.ts";
import { connectWatched, failureOf } from "../support/watched-client.ts";
import { sideOf } from "../support/wire-client.ts";

const FILE = "policy.json";
const masking = {
  policy: "masking",
  who: { principals: ["*"] },
  where: { connections: ["*"] },
  rules: [
    { allow: ["session", "transaction"] },
    { allow: ["read", "copy-out"], on: ["public.*"], except: ["public.keys"] },
  ],
  masks: [
    { columns: ["public.people.mail"], with: "email" },
    { columns: ["public.people.pin"], with: "redact" },
    { columns: ["public.people.born"], with: null },
    { columns: ["public.people.profile"], at: ["$.phone"], with: { partial: 2 } },
    { find: ["card-number"], with: "redact" },
  ],
};
const columns = "id, mail, pin, born, profile, notes";
const shown = {
  id: 1,
  mail: "a***@***.com",
  pin: 0,
  born: null,
  profile: { city: "Rome", phone: "*****89" },
  notes: "paid with [redacted]",
};

let road: Road;
let owner: pg.Client;

beforeAll(async () => {
  road = await startRoad({ policies: [masking] });
  // the file's own name, so that it can be changed
  await road.removeDocument("2.json");
  await road.putDocument(FILE, masking);
  owner = new pg.Client(road.server.url);
  await owner.connect();
  await owner.query(`
    create table people (id int primary key, mail text, pin int, born date, profile jsonb, notes text);
    insert into people values (1, 'ada@shop.com', 4711, '1815-12-10', '{"city": "Rome", "phone": "1234589"}', 'paid with 4242424242424242');
    create view folk as select * from people;
    create table keys (secret text);
    create function leak() returns text language sql as 'select mail from people limit 1'`);
});
afterAll(async () => {
  await owner.end();
  await road[Symbol.asyncDispose]();
});

const bob = (): Promise<string> => road.urlFor({ name: "bob" });

describe("a policy with masks, from the document to the client", () => {
  it.each(["people", "folk"])("masks what is read of %s: simple, extended, text and binary", async (table) => {
    await using session = await connectWatched(await bob());
    const { client } = session;
    const text = `select ${columns} from ${table} where id = `;
    expect((await client.query(`${text} 1`)).rows).toEqual([shown]);
    expect((await client.query(`${text} $1`, [1])).rows).toEqual([shown]);
    const named = { name: "again", text: `${text} $1`, values: [1] };
    expect((await client.query(named)).rows).toEqual([shown]);
    expect((await client.query(named)).rows).toEqual([shown]);
    // the driver knows this, its types do not
    const inBinary = { text: `select id, mail, pin, born from ${table} where id = $1`, values: [1], binary: true };
    expect((await client.query(inBinary)).rows).toEqual([{ id: 1, mail: shown.mail, pin: 0, born: null }]);
  });

  it("masks for the driver postgres, a cursor's parts too", async () => {
    const sql = postgres(postgresOptions(await bob()));
    expect([...(await sql`select mail, pin from people where id = ${1}`)]).toEqual([{ mail: shown.mail, pin: 0 }]);
    for await (const rows of sql`select notes, born from people, generate_series(1, 5)`.cursor(2)) {
      for (const row of rows) expect(row).toEqual({ notes: shown.notes, born: null });
    }
    await sql.end();
  });

  it("masks for psql, also what it copies and what a cursor of SQL's gives", async () => {
    const script = [
      "select mail, pin, profile ->> 'phone' as phone, profile ->> 'city' as city from people;",
      "copy people (mail, pin, notes) to stdout (format csv);",
      "\\copy (select upper(mail), born from folk) to stdout",
      "begin; declare c cursor for select mail from folk; fetch all from c; commit;",
    ];
    const { output, errors } = await startPsql(sideOf("through", await bob()), script.join("\n"), ["-At"]).result;
    expect(errors).toBe("");
    expect(output.split("\n")).toEqual([
      "a***@***.com|0|[redacted]|Rome",
      '"a***@***.com","0","paid with [redacted]"',
      "\\N\t\\N",
      "BEGIN",
      "DECLARE CURSOR",
      "a***@***.com",
      "COMMIT",
      "",
    ]);
  });

  it("refuses what would tell, what is excepted, and functions that no rule names", async () => {
    await using session = await connectWatched(await bob());
    const refusals = {
      "select id from people order by mail": "mail",
      "select id from people where mail like 'a%'": "mail",
      "select 1 / (pin - 4711) from people": "pin",
      "select secret from keys": "No rule allows read of public.keys",
      "select leak()": "No rule allows the function public.leak",
      "select * from pg_stats": "pg_stats",
      "insert into people (id) values (2)": "No rule allows insert",
    };
    for (const [text, reason] of Object.entries(refusals)) {
      const refusal = { code: "42501", severity: "ERROR", detail: containing(reason) };
      expect(await failureOf(session.client.query(text))).toMatchObject(refusal);
      expect(await failureOf(session.client.query({ text, values: [] }))).toMatchObject(refusal);
    }
    expect((await session.client.query("select id from people where mail = 'ada@shop.com'")).rows).toEqual([{ id: 1 }]);
  });

  it("counts for an open session as soon as it is changed, for what it has prepared too", async () => {
    await using session = await connectWatched(await bob());
    const { client } = session;
    const prepared = { name: "kept", text: "select mail, notes from people where id = $1", values: [1] };
    expect((await client.query(prepared)).rows).toEqual([{ mail: shown.mail, notes: shown.notes }]);
    await road.putDocument(FILE, { ...masking, masks: [{ columns: ["public.people.notes"], with: null }] });
    expect((await client.query(prepared)).rows).toEqual([{ mail: "ada@shop.com", notes: null }]);
    await road.putDocument(FILE, masking);
    expect((await client.query(prepared)).rows).toEqual([{ mail: shown.mail, notes: shown.notes }]);
  });
});

describe("a session that may only read", () => {
  it("is held read-only by the server too, and cannot change that", async () => {
    await using session = await connectWatched(await bob());
    const { client } = session;
    expect((await client.query("show transaction_read_only")).rows).toEqual([{ transaction_read_only: "on" }]);
    for (const text of [
      "set default_transaction_read_only = off",
      "set transaction_read_only = off",
      "begin read write",
      "select set_config('transaction_read_only', 'off', false)",
    ]) {
      const detail = "This session may only read, and that cannot be lifted.";
      expect(await failureOf(client.query(text))).toMatchObject({ code: "42501", detail });
    }
    for (const text of ["reset default_transaction_read_only", "reset all", "discard all"]) await client.query(text);
    expect((await client.query("show transaction_read_only")).rows).toEqual([{ transaction_read_only: "on" }]);
  });

  it("keeps a function from writing that policy names, until a rule allows call", async () => {
    await owner.query(
      "create table written (n int); create function write() returns int language sql as 'insert into written values (1) returning n'",
    );
    const naming = (verbs: readonly string[]): object => ({
      ...masking,
      rules: [...masking.rules, { allow: verbs, on: ["public.people"], functions: ["public.write"] }],
    });
    await road.putDocument(FILE, naming(["read"]));
    await using held = await connectWatched(await bob());
    expect(await failureOf(held.client.query("select write()"))).toMatchObject({ code: "25006" });
    await road.putDocument(FILE, naming(["read", "call"]));
    await using free = await connectWatched(await bob());
    expect((await free.client.query("select write() as n")).rows).toEqual([{ n: 1 }]);
    await road.putDocument(FILE, masking);
  });
});
