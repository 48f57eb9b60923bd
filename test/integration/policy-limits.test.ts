import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everything, startRoad, type Road } from "../support/road.ts";
import { containing } from "../support/text-matchers.ts";
import { connectWatched, failureOf } from "../support/watched-client.ts";

const FILE = "policy.json";

let road: Road;

beforeAll(async () => {
  road = await startRoad({ policies: [] });
  await road.putDocument(FILE, everything);
});
afterAll(() => road[Symbol.asyncDispose]());

const urlFor = (name: string): Promise<string> => road.urlFor({ name });

/** Everything is allowed, within these limits. */
async function limit(limits: object): Promise<void> {
  await road.putDocument(FILE, { ...everything, rules: [{ allow: ["*"], limit: limits }] });
}

/** How many rows a client got, and how the statement ended. */
async function stream(client: pg.Client, text: string): Promise<{ readonly rows: number; readonly error: unknown }> {
  const query = new pg.Query({ text });
  let rows = 0;
  query.on("row", () => rows++);
  const ended = new Promise<unknown>((resolve) => {
    query.on("error", resolve);
    query.on("end", () => resolve(undefined));
  });
  client.query(query);
  return { error: await ended, rows };
}

describe("limits of a policy's rules", () => {
  it("cut a result of too many rows off with a native error, and the session goes on", async () => {
    await limit({ rows: 100 });
    await using session = await connectWatched(await urlFor("rows"));
    const { client } = session;
    expect(await stream(client, "select generate_series(1, 100)")).toEqual({ rows: 100, error: undefined });
    const { rows, error } = await stream(client, "select generate_series(1, 1000000)");
    expect(rows).toBe(100);
    expect(error).toMatchObject({ code: "54000", severity: "ERROR", detail: containing("more than 100 rows") });
    expect(await failureOf(client.query("select generate_series(1, $1::int)", [101]))).toMatchObject({ code: "54000" });
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("cut a result of too many bytes off", async () => {
    await limit({ bytes: "10KB" });
    await using session = await connectWatched(await urlFor("bytes"));
    const { client } = session;
    const { rows, error } = await stream(client, "select repeat('x', 1000) from generate_series(1, 100)");
    expect(rows).toBeLessThan(10);
    expect(error).toMatchObject({ code: "54000", detail: containing("more than 10000 bytes") });
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("stop a statement that runs too long, and an open transaction is aborted as by any error", async () => {
    await limit({ timeout: "1s" });
    await using session = await connectWatched(await urlFor("timeout"));
    const { client } = session;
    await client.query("begin");
    const stopped = await failureOf(client.query("select pg_sleep(600)"));
    expect(stopped).toMatchObject({ code: "54000", severity: "ERROR", detail: containing("more than 1000 ms") });
    expect(await failureOf(client.query("select 1"))).toMatchObject({ code: "25P02" });
    await client.query("rollback");
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("count a principal's statements in all of his sessions, and nobody else's", async () => {
    await road.putDocument(FILE, everything);
    await using first = await connectWatched(await urlFor("rated"));
    await using second = await connectWatched(await urlFor("rated"));
    await using other = await connectWatched(await urlFor("other"));
    await limit({ statementsPerMinute: 4 });
    for (const { client } of [first, second, first, second]) await client.query("select 1");
    expect(await failureOf(first.client.query("select 1"))).toMatchObject({
      code: "54000",
      severity: "ERROR",
      detail: containing("4 statements"),
    });
    expect(await failureOf(second.client.query("select $1::int", [1]))).toMatchObject({ code: "54000" });
    await other.client.query("select 1");
    await road.putDocument(FILE, everything);
    await second.client.query("select 1");
  });

  it("let a principal have so many sessions, and another one when one of them has ended", async () => {
    await limit({ sessions: 2 });
    const url = await urlFor("seated");
    await using first = await connectWatched(url);
    const second = await connectWatched(url);
    expect(await failureOf(connectWatched(url))).toMatchObject({ code: "53300", severity: "FATAL" });
    await using other = await connectWatched(await urlFor("unseated"));
    await second.client.end();
    const third = await connectOnceFree(url);
    await third.client.query("select 1");
    await third.client.end();
    for (const { client } of [first, other]) await client.query("select 1");
    await road.putDocument(FILE, everything);
  });
});

/** A place is free when the gateway has seen its session end. */
async function connectOnceFree(url: string): ReturnType<typeof connectWatched> {
  for (;;) {
    try {
      return await connectWatched(url);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== "53300") throw error;
    }
  }
}
