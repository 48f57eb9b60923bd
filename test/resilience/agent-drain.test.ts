import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSessionOpener } from "@sallyport/agent/session-opener";
import { startPart, type Part } from "@sallyport/cli/demo/child-process";
import { createLocalTunnel } from "@sallyport/gateway/tunnel/local-tunnel";
import { pg } from "@sallyport/protocol-pg/adapter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GROUP } from "../support/protocol-road.ts";
import { startRoad, type Road } from "../support/road.ts";
import { watchActivity } from "../support/server-activity.ts";
import { until } from "../support/until.ts";
import { connectOnceServed, connectWatched, failureOf } from "../support/watched-client.ts";

const LEAVING = {
  code: "57P01",
  severity: "FATAL",
  message: "sallyport: The agent beside the database is shutting down.",
};
/** Longer than any of these tests may take. */
const LONG_SECONDS = 600;
const SLEEP = "SELECT pg_sleep(600)";

let road: Road;
let opened: AsyncDisposableStack;
let url: string;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  road = opened.use(await startRoad());
  url = await road.urlFor({ name: "alice" });
});
afterEach(() => opened.disposeAsync());

/** In place of the road's own, in a process. */
async function agentProcess(drainSeconds: number): Promise<Part> {
  await road.agent?.stop();
  const { certificates, gateway, server, folder } = road;
  const { certificateFile, keyFile } = certificates.agent;
  const config = {
    gateway: `localhost:${gateway.tunnelPort}`,
    caFile: certificates.caFile,
    certificateFile,
    keyFile,
    allow: [`127.0.0.1:${server.port}`],
    drainSeconds,
  };
  const file = join(folder, "agent.yaml");
  await writeFile(file, JSON.stringify(config));
  const agent = await startPart("agent", ["agent", "--config", file], join(folder, "agent.log"));
  opened.defer(() => agent.stop());
  return agent;
}

/** Of the same group, in this process. */
function otherAgent() {
  const { server, log } = road;
  const allow = [`127.0.0.1:${server.port}`];
  const opener = createSessionOpener({ adapters: [pg], allow, credentials: ["file:*"], log });
  return createLocalTunnel({ agent: "other", group: GROUP, opener });
}

describe("an agent that is told to stop", () => {
  it("lets a client come to the end of its transaction, and ends by itself", async () => {
    const agent = await agentProcess(LONG_SECONDS);
    await using writing = await connectOnceServed(url);
    await writing.client.query("CREATE TABLE kept (n int)");
    await writing.client.query("BEGIN");
    await writing.client.query("INSERT INTO kept VALUES (1)");
    await using idle = await connectWatched(url);
    process.kill(agent.pid, "SIGTERM");
    expect(await idle.ended).toMatchObject(LEAVING);
    expect(await failureOf(connectWatched(url))).toMatchObject({ code: "08001" });
    await writing.client.query("INSERT INTO kept VALUES (2)");
    await writing.client.query("COMMIT");
    expect(await writing.ended).toMatchObject(LEAVING);
    await agent.exited;
    await agentProcess(LONG_SECONDS);
    await using again = await connectOnceServed(url);
    expect((await again.client.query("SELECT n FROM kept")).rows).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it("has what does not end by itself ended before it goes, and cancelled on the server", async () => {
    const agent = await agentProcess(1);
    await using running = await connectOnceServed(url);
    await using forgetful = await connectWatched(url);
    await forgetful.client.query("BEGIN");
    await using activity = await watchActivity(road.server.url);
    const endless = failureOf(running.client.query(SLEEP));
    await activity.until((sessions) => sessions.some(({ state }) => state === "active"));
    process.kill(agent.pid, "SIGTERM");
    expect(await endless).toMatchObject(LEAVING);
    expect(await forgetful.ended).toMatchObject(LEAVING);
    await agent.exited;
    await activity.until((sessions) => sessions.length === 0);
  });

  it("ends at once when it is told a second time", async () => {
    const agent = await agentProcess(LONG_SECONDS);
    await using forgetful = await connectOnceServed(url);
    await forgetful.client.query("BEGIN");
    process.kill(agent.pid, "SIGTERM");
    await until(() => road.gateway.tunnels.tunnels.every(({ isDraining }) => isDraining));
    process.kill(agent.pid, "SIGTERM");
    expect(await forgetful.ended).toMatchObject({ code: "08006" });
    await agent.exited;
  });
});

describe("an agent that is told to stop while the gateway is", () => {
  it("does not prolong the time of a session that the gateway ends behind its transaction", async () => {
    await using writing = await connectWatched(url);
    await writing.client.query("BEGIN");
    // its time is over at once: what is left to wait for are transactions
    await road.gateway.drain(1);
    const drained = road.agent?.drain(LONG_SECONDS * 1000);
    await until(() => road.gateway.tunnels.tunnels.every(({ isDraining }) => isDraining));
    await writing.client.query("SELECT 1");
    const [, next] = await Promise.all([
      writing.client.query("COMMIT"),
      failureOf(writing.client.query("SELECT 'one more'")),
    ]);
    expect(next).toMatchObject({ code: "57P01" });
    await drained;
  });
});

describe("an agent that leaves others behind", () => {
  it("is no agent of new sessions, nor of the gateway's own, from that moment on", async () => {
    await road.putDocument("policy.json", {
      policy: "objects",
      who: { principals: ["*"] },
      where: { connections: ["*"] },
      rules: [{ allow: ["*"] }, { deny: ["read"], on: ["secrets.*"] }],
    });
    await using held = await connectWatched(url);
    await held.client.query("BEGIN");
    await held.client.query("SELECT relname FROM pg_class LIMIT 1");
    const [leaving] = road.gateway.tunnels.tunnels;
    expect(leaving?.sessionCount).toBe(2);
    road.gateway.tunnels.add(otherAgent());
    const drained = road.agent?.drain(LONG_SECONDS * 1000);
    await until(() => leaving?.isDraining === true);
    await using next = await connectWatched(url);
    await next.client.query("SELECT 1");
    // what is left of it is the session that stands in a transaction
    await until(() => leaving?.sessionCount === 1);
    await held.client.query("SELECT relname FROM pg_class LIMIT 1");
    await held.client.query("COMMIT");
    expect(await held.ended).toMatchObject(LEAVING);
    await drained;
    await next.client.query("SELECT 1");
  });
});
