import { rename } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everything, startRoad, type Road } from "../support/road.ts";
import { containing } from "../support/text-matchers.ts";
import { until } from "../support/until.ts";
import { connectWatched, failureOf } from "../support/watched-client.ts";

/** The gateway looks at the server every five seconds, and making many tables takes as long. */
const PROBED_WITHIN_MS = 60_000;
const masking = {
  policy: "masking",
  who: { groups: ["staff"] },
  where: { connections: ["*"] },
  rules: [
    { allow: ["session", "transaction"] },
    { allow: ["read", "create", "alter", "drop", "insert"], on: ["public.*"] },
  ],
  masks: [{ columns: ["public.people.mail"], with: "email" }],
};
const dba = { ...everything, who: { principals: ["alice"] } };

let road: Road;
let owner: Client;

beforeAll(async () => {
  road = await startRoad({ policies: [masking, dba] });
  owner = new Client(road.server.url);
  await owner.connect();
  await owner.query("create table people (id int, mail text); insert into people values (1, 'ada@shop.com')");
});
afterAll(async () => {
  await owner.end();
  await road[Symbol.asyncDispose]();
});

const bob = async (database = "postgres"): Promise<string> =>
  into(database, await road.urlFor({ name: "bob", groups: ["staff"] }));
const alice = (): Promise<string> => road.urlFor({ name: "alice" });

/** A ticket leads to its connection; the database that is named is the server's. */
function into(database: string, ticketUrl: string): string {
  const url = new URL(ticketUrl);
  url.pathname = database;
  return url.href;
}

describe("objects that change", () => {
  it("by a statement through the gateway, are known to the next one, in every session", async () => {
    await using first = await connectWatched(await bob());
    await using second = await connectWatched(await bob());
    await using dbas = await connectWatched(await alice());
    for (const maker of [first, second, dbas]) {
      await maker.client.query("create table made (note text)");
      await maker.client.query("insert into made values ('seen')");
      for (const { client } of [first, second]) {
        expect((await client.query("select note from made")).rows).toEqual([{ note: "seen" }]);
      }
      await maker.client.query("alter table made rename note to remark");
      for (const { client } of [first, second]) {
        expect((await client.query("select remark from made")).rows).toEqual([{ remark: "seen" }]);
      }
      await maker.client.query("drop table made");
    }
    // a view of the same name and columns, over something else
    await dbas.client.query("create view turning as select id, 'nobody'::text as mail from people");
    expect((await first.client.query("select mail from turning")).rows).toEqual([{ mail: "nobody" }]);
    await dbas.client.query("create or replace view turning as select id, mail from people");
    for (const { client } of [first, second]) {
      expect((await client.query("select mail from turning")).rows).toEqual([{ mail: "a***@***.com" }]);
    }
    await dbas.client.query("drop view turning");
  });

  it("inside a transaction, are known from its end on", async () => {
    await using session = await connectWatched(await bob());
    const { client } = session;
    await client.query("begin");
    await client.query("alter table people add column extra text");
    expect(await failureOf(client.query("select mail, extra from people"))).toMatchObject({ severity: "ERROR" });
    await client.query("rollback");
    for (const text of ["begin", "alter table people add column extra text", "commit"]) await client.query(text);
    expect((await client.query("select mail, extra from people")).rows).toEqual([
      { mail: "a***@***.com", extra: null },
    ]);
    await owner.query("alter table people drop column extra");
  });

  it(
    "past the gateway, are known when it has looked again",
    async () => {
      await owner.query("create view outside as select id, 'nobody'::text as mail from people");
      await using session = await connectWatched(await bob());
      const { client } = session;
      const shown = async (): Promise<string | undefined> =>
        (await client.query<{ mail: string }>("select mail from outside")).rows[0]?.mail;
      expect(await shown()).toBe("nobody");
      await owner.query("create or replace view outside as select id, mail from people");
      await until(async () => (await shown()) === "a***@***.com");
      await owner.query("drop view outside");
    },
    PROBED_WITHIN_MS,
  );

  it("past the gateway, are known as soon as a statement has named one that was not there", async () => {
    await using session = await connectWatched(await bob());
    const { client } = session;
    await client.query("select id from people");
    await owner.query("create table later (mail text)");
    // the first one may be what makes the gateway look
    await client.query("select mail from later").catch(() => undefined);
    expect((await client.query("select mail from later")).rows).toEqual([]);
    await owner.query("drop table later");
  });
});

describe("objects that cannot be read", () => {
  it("leave nothing allowed that asks about them, with the reason, until they can be read", async () => {
    const carol = (rules: readonly object[]): object => ({
      ...everything,
      policy: "carol",
      who: { principals: ["carol"] },
      rules,
    });
    await road.putDocument("carol.json", carol([{ allow: ["*"] }]));
    await owner.query("create database apart");
    await using session = await connectWatched(into("apart", await road.urlFor({ name: "carol" })));
    const { client } = session;
    await client.query("create table people (id int)");
    // no more sessions can be opened on the server, not for the catalog either
    const password = join(road.folder, "password");
    await rename(password, `${password}.away`);
    await road.putDocument("carol.json", carol([{ allow: ["read"], on: ["public.*"] }]));
    expect(await failureOf(client.query("select id from people"))).toMatchObject({
      severity: "ERROR",
      detail: containing("The gateway does not know the objects of this database."),
    });
    expect(road.log.lines.some(({ event }) => event === "catalog.not-read")).toBe(true);
    await rename(`${password}.away`, password);
    await until(async () => (await client.query("select id from people").catch(() => undefined)) !== undefined);
  });
});

describe("a database of five thousand tables", () => {
  it(
    "is read while other sessions run, and then decided by",
    async () => {
      await owner.query("create database large");
      const url = new URL(road.server.url);
      url.pathname = "large";
      const there = new Client(url.href);
      await there.connect();
      await there.query("create table people (id int, mail text); insert into people values (1, 'ada@shop.com')");
      await there.query(`do $$ begin
        for n in 1 .. 5000 loop
          execute format('create table t%s (a int, b text, c timestamptz, d numeric, e jsonb)', n);
          if n % 500 = 0 then commit; end if;
        end loop;
      end $$`);
      await there.end();
      await using running = await connectWatched(await alice());
      await using reading = await connectWatched(await bob("postgres"));
      await using large = await connectWatched(await bob("large"));
      const over = new AbortController();
      const first = large.client.query("select mail from people").finally(() => over.abort());
      let ran = 0;
      while (!over.signal.aborted) {
        await running.client.query("select 1");
        await reading.client.query("select mail from people");
        ran++;
      }
      expect(ran).toBeGreaterThan(0);
      expect((await first).rows).toEqual([{ mail: "a***@***.com" }]);
      expect((await large.client.query("select * from t5000")).rows).toEqual([]);
    },
    PROBED_WITHIN_MS,
  );
});
