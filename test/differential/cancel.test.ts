import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startArena, type Arena, type Both } from "../support/arena.ts";
import { send } from "../support/pg-client-messages.ts";
import { requestCancel } from "../support/request-cancel.ts";
import { startPsql } from "../support/psql.ts";
import { watchActivity, type ServerActivity } from "../support/server-activity.ts";
import { told } from "../support/told.ts";
import { openWireTap } from "../support/wire-tap.ts";
import { WireClient, type Side } from "../support/wire-client.ts";

const SLEEP = "select pg_sleep(600)";

let arena: Arena;
let sides: Both<Side>;
let activity: ServerActivity;

beforeAll(async () => {
  arena = await startArena();
  sides = await arena.openSides();
  activity = await watchActivity(arena.road.server.url);
});

afterAll(async () => {
  await activity[Symbol.asyncDispose]();
  await arena[Symbol.asyncDispose]();
});

/** Resolves when so many sessions are asleep on the server: only then is there something to cancel. */
function untilAsleep(sessions: number): Promise<void> {
  return activity.until((all) => all.filter(({ wait }) => wait === "PgSleep").length === sessions);
}

describe.each(["direct", "through"] as const)("%s", (name) => {
  it("psql's Ctrl-C ends its statement", async () => {
    await using tap = await openWireTap(sides[name]);
    const psql = startPsql(tap.side, `${SLEEP};`);
    await untilAsleep(1);
    psql.interrupt();
    const { errors } = await psql.result;
    expect(errors).toContain("ERROR:  canceling statement due to user request");
    expect(tap.heard.flatMap((messages) => told(messages)).map((line) => line.slice(0, 1))).toEqual(["T", "E", "Z"]);
  });

  it.each([0, 2])("protocol 3.%i's key cancels its own session, which goes on", async (minor) => {
    await using client = await WireClient.connect(sides[name], minor);
    expect(client.cancelKey.length).toBe(minor === 0 ? 8 : 36);
    client.send(send.query(SLEEP));
    await untilAsleep(1);
    await requestCancel(sides[name], client.cancelKey);
    const [, error] = told(await client.untilReady());
    expect(error).toContain("C=57014 M=canceling statement due to user request");
    expect(told(await client.query("select 'usable'"))).toHaveLength(4);
  });

  it("a key that is another's or made up cancels nothing", async () => {
    await using one = await WireClient.connect(sides[name]);
    await using other = await WireClient.connect(sides[name]);
    one.send(send.query(SLEEP));
    other.send(send.query(SLEEP));
    await untilAsleep(2);
    const mixed = Buffer.concat([one.cancelKey.subarray(0, 4), other.cancelKey.subarray(4)]);
    for (const key of [mixed, Buffer.alloc(8), Buffer.alloc(32, 7)]) await requestCancel(sides[name], key);
    await requestCancel(sides[name], other.cancelKey);
    expect(told(await other.untilReady())[1]).toContain("C=57014");
    await untilAsleep(1);
    await requestCancel(sides[name], one.cancelKey);
    expect(told(await one.untilReady())[1]).toContain("C=57014");
  });

  it("a cancelled pipeline goes on behind its Sync", async () => {
    await using client = await WireClient.connect(sides[name]);
    client.send(send.parse("", SLEEP), send.bind("", ""), send.execute(""), send.sync(), send.query("select 'after'"));
    await untilAsleep(1);
    await requestCancel(sides[name], client.cancelKey);
    const tags = (await client.untilReady(2)).map(({ tag }) => tag).join("");
    expect(tags).toBe("12EZTDCZ");
  });

  it("postgres' own cancel works", async () => {
    const { host, port, database, user, password } = sides[name];
    const sql = postgres({ host, port, database, user, pass: password, ssl: false, max: 1, fetch_types: false });
    const query = sql.unsafe(SLEEP);
    const failed = query.catch((error: unknown) => error);
    await untilAsleep(1);
    query.cancel();
    expect(await failed).toMatchObject({ code: "57014" });
    expect(await sql`select 1 as usable`).toMatchObject([{ usable: 1 }]);
    await sql.end();
  });
});

it("a key of one side is nothing to the other", async () => {
  await using client = await WireClient.connect(sides.through);
  const backend = await client.query("select pg_backend_pid()");
  expect(told(backend)[1]).not.toContain(String(client.cancelKey.readUInt32BE(0)));
});
