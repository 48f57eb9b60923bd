import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "../support/pg-client-messages.ts";
import { readRecordings, type ReadRecording } from "../support/read-recordings.ts";
import { startRoad, type Road } from "../support/road.ts";
import { watchActivity, type ServerActivity } from "../support/server-activity.ts";
import { containing } from "../support/text-matchers.ts";
import { until } from "../support/until.ts";
import { sideOf, WireClient } from "../support/wire-client.ts";

let road: Road;
let url: string;
let activity: ServerActivity;

beforeAll(async () => {
  road = await startRoad();
  url = await road.urlFor({ name: "alice" });
  activity = await watchActivity(road.server.url);
});

afterAll(async () => {
  await activity[Symbol.asyncDispose]();
  await road[Symbol.asyncDispose]();
});

async function nothingStays(): Promise<void> {
  await activity.until((sessions) => sessions.length === 0);
  await until(() => road.gateway.sessions.size === 0 && road.agent?.sessionCount === 0);
}

function isRunning(text: string): Promise<void> {
  return activity.until((sessions) => sessions.some(({ state, query }) => state === "active" && query === text));
}

/** The recording of the one session that ran this. */
function recordingOf(text: string): ReadRecording | undefined {
  return readRecordings(road.recordings).find(({ lines }) => lines.some((line) => line.text === text));
}

const departures = [
  { how: "closes", leave: (client: WireClient) => client.hangUp(), reason: "client-closed" },
  { how: "breaks", leave: (client: WireClient) => client.reset(), reason: containing("[client/gone]") },
] as const;

describe("a client that is gone in mid-query", () => {
  it.each(departures)(
    "takes its statement with it when it $how, and the recording says so",
    async ({ how, leave, reason }) => {
      const text = `SELECT pg_sleep(600), '${how}'`;
      const client = await WireClient.connect(sideOf("through", url));
      client.send(send.query(text));
      await isRunning(text);
      leave(client);
      await nothingStays();
      const lines = recordingOf(text)?.lines ?? [];
      expect(lines.at(-1)).toMatchObject({ type: "closed", reason });
      // it has no outcome: nobody knows one
      expect(lines.filter(({ type }) => type === "outcome")).toEqual([]);
    },
  );

  it.each(departures)("in the middle of a result takes it with it when it $how", async ({ how, leave }) => {
    const text = `SELECT repeat('x', 1024 * 1024), '${how}' FROM generate_series(1, 1000)`;
    const client = await WireClient.connect(sideOf("through", url));
    client.send(send.query(text));
    await client.next();
    leave(client);
    await nothingStays();
  });

  it("is served to the end if it said goodbye first", async () => {
    const text = "SELECT pg_sleep(1), 'goodbye'";
    const client = await WireClient.connect(sideOf("through", url));
    client.send(send.query(text), send.terminate());
    await isRunning(text);
    client.hangUp();
    await nothingStays();
    expect(recordingOf(text)?.lines.at(-2)).toMatchObject({ type: "outcome", result: "completed" });
  });

  it("with more sent than can be judged yet takes it with it when it breaks", async () => {
    const text = "SELECT pg_sleep(600), 'held'";
    const client = await WireClient.connect(sideOf("through", url));
    client.send(send.parse("s", text), send.bind("", "s"), send.execute(""), send.sync());
    // whether there is an "s" to bind is known once the server has answered the first segment
    client.send(send.bind("", "s"), send.execute(""), send.sync());
    await isRunning(text);
    client.reset();
    await nothingStays();
  });
});
