import { readFileSync } from "node:fs";
import type { Part } from "@sallyport/cli/demo/child-process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProcessRoad, type ProcessRoad } from "../support/process-road.ts";
import { socketCount } from "../support/process-sockets.ts";
import { watchActivity, type ServerActivity } from "../support/server-activity.ts";
import { until } from "../support/until.ts";
import { connectOnceServed, failureOf } from "../support/watched-client.ts";

const SLEEP = "SELECT pg_sleep(600)";
const COUNT = "SELECT sum(n) FROM (SELECT generate_series(1, 1e12::bigint) AS n) AS numbers";

const DEATHS = [
  { signal: "SIGKILL", told: { severity: undefined, message: "Connection terminated unexpectedly" } },
  { signal: "SIGTERM", told: { severity: "FATAL", code: "57P01" } },
] as const;

let road: ProcessRoad;
let gateway: Part;
let agent: Part;
let activity: ServerActivity;
let socketsOfAgent: number;

beforeAll(async () => {
  road = await startProcessRoad();
  gateway = await road.startGateway();
  agent = await road.startAgent();
  activity = await watchActivity(road.server.url);
  // until it has looked for another gateway, it holds one socket more
  await until(() => readFileSync(road.agentLog, "utf8").includes("gateway.no-other"));
  socketsOfAgent = socketCount(agent.pid);
});

afterAll(async () => {
  await activity[Symbol.asyncDispose]();
  await road[Symbol.asyncDispose]();
});

describe("a gateway that ends in mid-query", () => {
  it.each(DEATHS)("by $signal: no backend stays, and the agent finds the next gateway", async ({ signal, told }) => {
    await using sleeping = await connectOnceServed(road.url);
    await using counting = await connectOnceServed(road.url);
    await using idle = await connectOnceServed(road.url);
    const failures = [failureOf(sleeping.client.query(SLEEP)), failureOf(counting.client.query(COUNT)), idle.ended];
    await activity.until((sessions) => sessions.filter(({ state }) => state === "active").length === 2);
    process.kill(gateway.pid, signal);
    for (const failure of failures) expect(await failure).toMatchObject(told);
    await gateway.exited;
    await activity.until((sessions) => sessions.length === 0);
    // Dialled in vain, a gRPC client goes on by itself a second later, with nobody left to close what it then opens.
    const inVain = failedDials();
    await until(() => failedDials() > inVain);
    gateway = await road.startGateway();
    await using again = await connectOnceServed(road.url);
    await again.client.query("SELECT 1");
  });

  it("leaves no session open in the store", async () => {
    const orphans =
      "select id from sallyport.sessions s where closed_at is null and not exists (select 1 from sallyport.replicas r where r.id = s.replica)";
    const silent = "select id from sallyport.replicas where heartbeat_at < now() - interval '15 seconds'";
    await using session = await connectOnceServed(road.url);
    await session.client.query("SELECT 1");
    await until(async () => (await road.state.query(orphans)).length + (await road.state.query(silent)).length === 0);
    // killed ones were closed for their gateway, the others by their own
    await until(async () => {
      const [row] = await road.state.query("select count(*) from sallyport.sessions where end_code = 'gateway/lost'");
      return row?.["count"] === "3";
    });
    const open = "select principal from sallyport.sessions where closed_at is null";
    await until(async () => (await road.state.query(open)).length === 1);
  });

  it("leaves no socket open at the agent", async () => {
    await until(() => socketCount(agent.pid) <= socketsOfAgent);
  });
});

function failedDials(): number {
  return readFileSync(road.agentLog, "utf8").match(/ECONNREFUSED/g)?.length ?? 0;
}
