import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startPart, type Part } from "@sallyport/cli/demo/child-process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRoad, type Road } from "../support/road.ts";
import { watchActivity } from "../support/server-activity.ts";
import { connectOnceServed, failureOf } from "../support/watched-client.ts";

let road: Road;
let agent: Part;

/** The gateway is in this process, with a short lease; the agent is one that can be frozen. */
beforeAll(async () => {
  road = await startRoad({ tunnelTimes: { pingEveryMs: 200, leaseMs: 1_000 } });
  await road.agent?.stop();
  agent = await startFreezableAgent();
});

afterAll(async () => {
  await agent.stop();
  await road[Symbol.asyncDispose]();
});

describe("an agent that goes silent", () => {
  it("loses its sessions after the lease, and serves again when it comes back", async () => {
    await using activity = await watchActivity(road.server.url);
    const url = await road.urlFor({ name: "alice" });
    await using busy = await connectOnceServed(url);
    await using idle = await connectOnceServed(url);
    const query = failureOf(busy.client.query("SELECT pg_sleep(600)"));
    await activity.until((sessions) => sessions.some(({ state }) => state === "active"));
    process.kill(agent.pid, "SIGSTOP");
    const lost = { code: "08006", severity: "FATAL" };
    expect(await query).toMatchObject(lost);
    expect(await idle.ended).toMatchObject(lost);
    expect(road.gateway.tunnels.tunnels).toEqual([]);
    process.kill(agent.pid, "SIGCONT");
    await activity.until((sessions) => sessions.length === 0);
    await using again = await connectOnceServed(url);
    await again.client.query("SELECT 1");
  });
});

async function startFreezableAgent(): Promise<Part> {
  const { certificates, gateway, server, folder } = road;
  const { certificateFile, keyFile } = certificates.agent;
  const file = join(folder, "agent.yaml");
  const config = {
    name: "test-agent",
    gateway: `localhost:${gateway.tunnelPort}`,
    caFile: certificates.caFile,
    certificateFile,
    keyFile,
    allow: [`127.0.0.1:${server.port}`],
  };
  await writeFile(file, JSON.stringify(config));
  return startPart("agent", ["agent", "--config", file], join(folder, "agent.log"));
}
