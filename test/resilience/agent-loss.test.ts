import { readFile } from "node:fs/promises";
import type { Part } from "@sallyport/cli/demo/child-process";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startProcessRoad, type ProcessRoad } from "../support/process-road.ts";
import { socketCount } from "../support/process-sockets.ts";
import { watchActivity, type ServerActivity } from "../support/server-activity.ts";
import { until } from "../support/until.ts";
import { connectOnceServed, connectWatched, failureOf } from "../support/watched-client.ts";

const SLEEP = "SELECT pg_sleep(600)";
const COUNT = "SELECT sum(n) FROM (SELECT generate_series(1, 1e12::bigint) AS n) AS numbers";
const LOST = { code: "08006", severity: "FATAL", message: "sallyport: The agent beside the database was lost." };
const LEAVING = {
  code: "57P01",
  severity: "FATAL",
  message: "sallyport: The agent beside the database is shutting down.",
};

let road: ProcessRoad;
let gateway: Part;
let agent: Part;
let activity: ServerActivity;

beforeAll(async () => {
  road = await startProcessRoad();
  gateway = await road.startGateway();
  activity = await watchActivity(road.server.url);
});

afterAll(async () => {
  await activity[Symbol.asyncDispose]();
  await road[Symbol.asyncDispose]();
});

beforeEach(async () => {
  agent = await road.startAgent();
});

/** Runs statements that do not end by themselves, does something to the agent, and gives what the clients were told. */
async function endInMidQuery(statements: readonly string[], end: () => void): Promise<readonly unknown[]> {
  await using opened = new AsyncDisposableStack();
  const failures = [];
  for (const statement of statements) {
    const { client } = opened.use(await connectOnceServed(road.url));
    failures.push(failureOf(client.query(statement)));
  }
  await activity.until((sessions) => sessions.filter(({ state }) => state === "active").length === statements.length);
  end();
  return await Promise.all(failures);
}

describe("an agent that is lost in mid-query", () => {
  it.each([
    ["SIGKILL", LOST],
    ["SIGINT", LOST],
    ["SIGTERM", LEAVING],
  ] as const)("by %s: clients are told, and no backend and no socket stays", async (signal, ending) => {
    const sockets = socketCount(gateway.pid);
    const told = await endInMidQuery([SLEEP, COUNT], () => process.kill(agent.pid, signal));
    expect(told).toEqual([expect.objectContaining(ending), expect.objectContaining(ending)]);
    await agent.exited;
    await activity.until((sessions) => sessions.length === 0);
    agent = await road.startAgent();
    await using again = await connectOnceServed(road.url);
    await again.client.query("SELECT 1");
    // the client's connection and no more than there were before
    await until(() => socketCount(gateway.pid) <= sockets + 1);
    await agent.stop();
  });

  it("by SIGTERM: has the server cancel what runs before it exits, whatever the server would notice by itself", async () => {
    await endInMidQuery([SLEEP], () => process.kill(agent.pid, "SIGTERM"));
    await agent.exited;
    expect(await readFile(road.server.logFile, "utf8")).toContain("canceling statement due to user request");
  });

  it("and does not come back: a client is told that there is none", async () => {
    await agent.stop();
    expect(await failureOf(connectWatched(road.url))).toMatchObject({ code: "08001", severity: "FATAL" });
  });
});
