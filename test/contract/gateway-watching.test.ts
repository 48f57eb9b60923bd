import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectScripted, type ScriptedClient } from "../support/scripted-client.ts";
import { until } from "../support/until.ts";
import { startBench, startGatewayRig, type GatewayBench, type GatewayRig } from "./gateway-rig.ts";
import { toyDriver } from "./toy-driver.ts";

const LOGIN_SECONDS = 0.5;
const WATCHING = 2;

describe("a connection that only watches", () => {
  let bench: GatewayBench;
  beforeAll(async () => {
    bench = await startBench(toyDriver);
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  const start = (limits: Readonly<Record<string, number>> = {}): Promise<GatewayRig> =>
    startGatewayRig(bench, { limits: { loginSeconds: LOGIN_SECONDS, ...limits } });

  it("outlives the deadline of logins, and is held to it from when it begins one", async () => {
    await using rig = await start();
    const [watcher, beginner] = [await connectScripted(rig.port), await connectScripted(rig.port)];
    await say(watcher, "WATCH");
    await say(beginner, "WATCH");
    expect(await say(beginner, "HOLD")).toMatch(/^OK/);
    // began after the others
    const silent = await connectScripted(rig.port);
    await silent.receiveAll();
    await beginner.receiveAll();
    expect(await say(watcher, "WATCH")).toMatch(/^OK/);
    expect(await say(watcher, `LOGIN ${rig.ticket.user} - ${rig.ticket.secret}`)).toMatch(/^OK 1\.0 /);
    const late = await connectScripted(rig.port);
    await late.receiveAll();
    expect(await say(watcher, "READ on")).toBe("OK on");
    watcher.end();
    await rig.allGone();
  });

  it("is counted apart from those that log in, and neither takes the place of the other", async () => {
    await using rig = await start({ watching: WATCHING, loggingIn: 2, loginSeconds: 60 });
    const watchers = await Promise.all(Array.from({ length: WATCHING }, () => connectScripted(rig.port)));
    for (const watcher of watchers) expect(await say(watcher, "WATCH")).toMatch(/^OK/);
    const turnedAway = await connectScripted(rig.port);
    expect(await say(turnedAway, "WATCH")).toMatch(/^ERR login\/too-many-connections/);
    turnedAway.end();
    await until(() => rig.road.gateway.sessions.size === WATCHING);
    const silent = [await connectScripted(rig.port), await connectScripted(rig.port)];
    await until(() => rig.road.gateway.sessions.size === WATCHING + silent.length);
    // nor does one that goes to and fro gain a place
    expect(await say(watchers[0], "HOLD")).toMatch(/^ERR login\/too-many-connections/);
    watchers[0]?.end();
    for (const client of silent) client.end();
    await until(() => rig.road.gateway.sessions.size === WATCHING - 1);
    const next = await connectScripted(rig.port);
    for (const word of ["WATCH", "HOLD", "WATCH", "WATCH", "HOLD", "WATCH"])
      expect(await say(next, word)).toMatch(/^OK/);
    expect(await say(next, `LOGIN ${rig.ticket.user} - ${rig.ticket.secret}`)).toMatch(/^OK 1\.0 /);
    const another = await connectScripted(rig.port);
    expect(await say(another, "WATCH")).toMatch(/^OK/);
    for (const client of [next, another, ...watchers]) client.end();
    await rig.allGone();
  });

  it("is ended with the gateway", async () => {
    await using rig = await start();
    const watcher = await connectScripted(rig.port);
    await say(watcher, "WATCH");
    const ended = watcher.receiveAll();
    await rig.road.gateway.close();
    await ended;
    expect(rig.road.gateway.sessions.size).toBe(0);
  });
});

/** The line that answers a line. */
async function say(client: ScriptedClient | undefined, line: string): Promise<string> {
  await client?.send(Buffer.from(`${line}\n`));
  let answer = "";
  for (let byte = await client?.receive(1); byte?.length === 1; byte = await client?.receive(1)) {
    if (byte[0] === 0x0a) return answer;
    answer += byte.toString("latin1");
  }
  return answer;
}
