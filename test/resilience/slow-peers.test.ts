import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRoad, type Road } from "../support/road.ts";
import { watchActivity, type ServerActivity } from "../support/server-activity.ts";
import { connectWatched, failureOf, type WatchedClient } from "../support/watched-client.ts";

const OTHERS = 98;
const ROUND_TRIPS = 20;
const MiB = 1024 * 1024;
/** One row of it is more than everything between server and client may hold. */
const HUGE = "SELECT repeat('x', 8 * 1024 * 1024) FROM generate_series(1, 200)";
/** All windows, queues and kernel buffers of one session, on both sides of gateway, agent and test. */
const ONE_SESSION_BYTES = 96 * MiB;

let road: Road;
let url: string;
let activity: ServerActivity;

beforeAll(async () => {
  road = await startRoad({ server: { settings: { max_connections: "120" } } });
  url = await road.urlFor({ name: "alice" });
  activity = await watchActivity(road.server.url);
});

afterAll(async () => {
  await activity[Symbol.asyncDispose]();
  await road[Symbol.asyncDispose]();
});

describe("100 sessions over one tunnel", () => {
  it("go on while one client reads nothing and one server has stopped", async () => {
    await using opened = new AsyncDisposableStack();
    const slow = opened.use(await connectWatched(url));
    const stalled = opened.use(await connectWatched(url));
    const others: WatchedClient[] = [];
    while (others.length < OTHERS) others.push(opened.use(await connectWatched(url)));
    expect(road.gateway.sessions.size).toBe(OTHERS + 2);

    const before = process.memoryUsage().rss;
    const reader = slow.client.connection.stream;
    const large = failureOf(slow.client.query(HUGE));
    reader.pause();
    process.kill(stalled.backend, "SIGSTOP");
    opened.defer(() => void process.kill(stalled.backend, "SIGCONT"));
    let answered = false;
    const waiting = stalled.client.query("SELECT 1").then(() => {
      answered = true;
    });
    // The server stands still because nothing takes what it sends.
    await activity.until((sessions) =>
      sessions.some(({ pid, wait }) => pid === slow.backend && wait === "ClientWrite"),
    );

    await Promise.all(others.map(({ client }) => roundTrips(client)));
    expect(answered).toBe(false);
    expect(process.memoryUsage().rss - before).toBeLessThan(ONE_SESSION_BYTES);

    process.kill(stalled.backend, "SIGCONT");
    await waiting;
    expect(answered).toBe(true);
    await roundTrips(stalled.client);
    reader.destroy();
    await large;
    await activity.until((sessions) => sessions.every(({ pid }) => pid !== slow.backend));
  });
});

async function roundTrips(client: pg.Client): Promise<void> {
  for (let round = 1; round <= ROUND_TRIPS; round += 1) {
    const { rows } = await client.query("SELECT $1::int AS round", [round]);
    expect(rows).toEqual([{ round }]);
  }
}
