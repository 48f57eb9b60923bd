import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRoad, type Road } from "../support/road.ts";
import { connectWatched, type WatchedClient } from "../support/watched-client.ts";

/** Tells objects apart, so that every statement is followed to its columns. */
const policy = {
  policy: "masking",
  who: { principals: ["*"] },
  where: { connections: ["*"] },
  rules: [{ allow: ["session", "transaction"] }, { allow: ["read", "insert"], on: ["public.*"] }],
  masks: [{ columns: ["public.people.mail"], with: "email" }],
};

const repeated = (text: string, times: number, between = ","): string => Array(times).fill(text).join(between);
const numbered = (times: number, text: (n: number) => string): string =>
  Array.from({ length: times }, (_, n) => text(n)).join(",");
const doubling = `with c0 as (select * from people), ${numbered(40, (n) => `c${n + 1} as (select x.*, y.* from c${n} x, c${n} y)`)}`;

const texts: readonly (readonly [what: string, sql: string])[] = [
  ["100,000 parentheses", `select ${"(".repeat(100_000)}1${")".repeat(100_000)}`],
  ["a chain of 100,000 operators", `select ${repeated("id", 100_000, "+")} from people`],
  ["a chain of 100,000 texts put together", `select ${repeated("mail", 100_000, "||")} from people`],
  ["400 KB of comments in comments", `${"/*".repeat(100_000)}${"*/".repeat(100_000)} select 1`],
  ["a literal of 10 MB", `select length('${"x".repeat(10 * 1024 * 1024)}')`],
  ["a JSON path of 5,000 steps", `select id${repeated("->'a'", 5_000, "")} from people`],
  ["64,000 columns", `select ${repeated("mail", 64_000)} from people`],
  ["5,000 tables side by side", `select 1 from ${numbered(5_000, (n) => `people p${n}`)} limit 1`],
  ["queries that double forty times", `${doubling} select * from c40`],
  ["30,000 rows of values", `insert into people (id, mail) values ${numbered(30_000, (n) => `(${n}, 'x')`)}`],
  ["20,000 conditions", `select id from people where ${repeated("id = 1", 20_000, " or ")}`],
  ["5,000 unions", repeated("select mail from people", 5_000, " union ")],
  ["300 queries in queries", `${"select * from (".repeat(300)}select * from people${") q".repeat(300)}`],
];

let road: Road;
let bystander: WatchedClient;

beforeAll(async () => {
  road = await startRoad({ policies: [policy] });
  const owner = new pg.Client(road.server.url);
  await owner.connect();
  await owner.query("create table people (id int, mail text); insert into people values (-1, 'ada@shop.com')");
  await owner.end();
  bystander = await connectWatched(await road.urlFor({ name: "alice" }));
});
afterAll(async () => {
  await bystander[Symbol.asyncDispose]();
  await road[Symbol.asyncDispose]();
});

describe("a text that is made to be costly", () => {
  it.each(texts)("%s: it is answered, and so are others meanwhile", async (_, sql) => {
    await using session = await connectWatched(await road.urlFor({ name: "bob" }));
    const state = { isOver: false };
    const answered = session.client
      .query(sql)
      .then(
        () => "rows",
        (error: unknown) => (error instanceof pg.DatabaseError ? "refused" : error),
      )
      .finally(() => {
        state.isOver = true;
      });
    while (!state.isOver) expect((await bystander.client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    expect(["rows", "refused"]).toContain(await answered);
    expect((await session.client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("does no harm when it comes again and again", async () => {
    await using session = await connectWatched(await road.urlFor({ name: "bob" }));
    for (let time = 0; time < 100; time++) {
      const sql = `select ${time} ${"+id".repeat(3_000)} from people`;
      await expect(session.client.query(sql)).rejects.toThrow("sallyport");
    }
    expect((await bystander.client.query("select mail from people where id = -1")).rows).toEqual([
      { mail: "a***@***.com" },
    ]);
  });
});
