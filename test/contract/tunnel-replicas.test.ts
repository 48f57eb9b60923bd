import type { ServerSession } from "@sallyport/shared/tunnel/tunnel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryLog, type MemoryLog } from "../support/memory-log.ts";
import { startTunnelReplicas, type ReplicaDoor, type TunnelReplicas } from "../support/tunnel-replicas.ts";
import { until } from "../support/until.ts";

let replicas: TunnelReplicas;
let log: MemoryLog;
beforeEach(async () => {
  replicas = await startTunnelReplicas();
  log = memoryLog();
});
afterEach(() => replicas[Symbol.asyncDispose]());

describe("an agent of several replicas", () => {
  it("has a tunnel to two of them, whichever address leads there", async () => {
    const doors = [await replicas.openDoor("a"), await replicas.openDoor("b"), await replicas.openDoor("c")];
    replicas.startAgent(addressesOf(doors), log);
    await until(() => doors.filter(isServed).length === 2);
    for (const door of doors.filter(isServed)) await echo(await door.open());
    expect(count(log, "tunnel.online")).toBe(2);
  });

  it("keeps the one that there is where one is all there is, and takes nothing from it", async () => {
    const door = await replicas.openDoor("a");
    const alone = log.until("gateway.no-other");
    replicas.startAgent([door.address, door.address], log);
    await alone;
    const session = await door.open();
    await until(() => door.registry.tunnels[0]?.sessionCount === 1);
    await echo(session);
    expect(count(door.log, "tunnel.registered")).toBe(1);
    expect(count(door.log, "tunnel.superseded") + count(door.log, "tunnel.refused")).toBe(0);
    expect(count(log, "gateway.dial-failed")).toBe(0);
  });

  it("finds one that is added later", async () => {
    const first = await replicas.openDoor("a");
    const closed = await replicas.openDoor("b");
    await closed.server.close();
    const failed = log.until("gateway.dial-failed");
    replicas.startAgent(addressesOf([first, closed]), log);
    await failed;
    const added = await replicas.openDoor("b", "127.0.0.1", closed.server.port);
    await until(() => isServed(added));
    // the search said once what was in its way, however often it tried
    expect(count(log, "gateway.dial-failed")).toBe(1);
  });

  it("goes on at one while another is lost, and comes back to that", async () => {
    const [kept, lost] = [await replicas.openDoor("a"), await replicas.openDoor("b")];
    replicas.startAgent(addressesOf([kept, lost]), log);
    await until(() => isServed(kept) && isServed(lost));
    const [there, gone] = [await kept.open(), await lost.open()];
    const told = log.until("gateway.lost");
    await lost.server.close();
    await expect(gone.stream.read()).rejects.toMatchObject({ code: "tunnel/agent-lost" });
    await told;
    await echo(there);
    const again = await replicas.openDoor("b-again", "127.0.0.1", lost.server.port);
    await until(() => isServed(again));
    await echo(await again.open());
    await echo(there);
  });

  it("takes turns over the addresses of a name, which the gateway's certificate must still bear", async () => {
    const first = await replicas.openDoor("a", "127.0.0.1");
    const second = await replicas.openDoor("b", "127.0.0.2", first.server.port);
    const lookUpHost = async () => ["127.0.0.1", "127.0.0.2"];
    replicas.startAgent([first.address], log, { random: () => 0, lookUpHost });
    await until(() => isServed(first) && isServed(second));
    const stranger = memoryLog();
    const refused = stranger.until("gateway.dial-failed");
    replicas.startAgent([`elsewhere:${first.server.port}`], stranger, { lookUpHost });
    expect((await refused).fields.reason).toMatch(/certificate/);
  });
});

describe("a gateway that leaves", () => {
  it("has its agents go elsewhere, lets none in, and keeps its sessions", async () => {
    const [leaving, other] = [await replicas.openDoor("a"), await replicas.openDoor("b")];
    const spare = await replicas.openDoor("c");
    replicas.startAgent(addressesOf([leaving, other, spare]), log);
    await until(() => isServed(leaving) && isServed(other));
    const session = await leaving.open();
    leaving.server.drain();
    await until(() => isServed(spare));
    await echo(session);
    const late = memoryLog();
    const refused = late.until("gateway.dial-failed");
    const agent = replicas.startAgent([leaving.address], late);
    expect((await refused).fields.reason).toContain("about to leave");
    await agent.stop();
    const left = log.until("gateway.left");
    session.stream.destroy();
    await leaving.server.close();
    await left;
    expect(count(log, "gateway.lost")).toBe(0);
  });

  it("is looked for again where it was the only one", async () => {
    const leaving = await replicas.openDoor("a");
    replicas.startAgent([leaving.address], log);
    await until(() => isServed(leaving));
    leaving.server.drain();
    await log.until("gateway.leaving");
    await leaving.server.close();
    const next = await replicas.openDoor("a-again", "127.0.0.1", leaving.server.port);
    await until(() => isServed(next));
  });
});

describe("an agent that leaves", () => {
  it("says so on all its tunnels, for each of its sessions, and goes when they have gone", async () => {
    const doors = [await replicas.openDoor("a"), await replicas.openDoor("b")];
    const agent = replicas.startAgent(addressesOf(doors), log);
    await until(() => doors.every(isServed));
    const sessions = await Promise.all(doors.map((door) => door.open()));
    const drained = agent.drain(600_000);
    for (const { leaving } of sessions) expect(await leaving).toBe(600_000);
    for (const door of doors) expect(() => door.registry.choose("group-1")).toThrow(/no-agent/);
    for (const session of sessions) {
      await echo(session);
      session.stream.destroy();
    }
    await drained;
    await until(() => agent.sessionCount === 0);
  });

  it("says so in whole milliseconds, however its seconds were written", async () => {
    const door = await replicas.openDoor("a");
    const agent = replicas.startAgent([door.address], log);
    await until(() => isServed(door));
    const session = await door.open();
    const drained = agent.drain(1.001 * 1_000 * 1_000);
    expect(await session.leaving).toBe(1_001_000);
    await echo(session);
    session.stream.destroy();
    await drained;
  });

  it("waits no longer than it was told to", async () => {
    const door = await replicas.openDoor("a");
    const agent = replicas.startAgent([door.address], log);
    await until(() => isServed(door));
    const { stream } = await door.open();
    await agent.drain(50);
    expect(agent.sessionCount).toBe(1);
    await agent.stop();
    await expect(stream.read()).rejects.toMatchObject({ code: "tunnel/agent-lost" });
  });

  it("dials no more, also where it has no tunnel yet", async () => {
    const closed = await replicas.openDoor("a");
    await closed.server.close();
    const failed = log.until("gateway.dial-failed");
    const agent = replicas.startAgent([closed.address], log);
    await failed;
    await agent.drain(600_000);
    const dials = log.lines.length;
    const opened = await replicas.openDoor("a", "127.0.0.1", closed.server.port);
    await agent.stop();
    expect(log.lines.slice(dials).map(({ event }) => event)).toEqual(["agent.stopped"]);
    expect(opened.registry.tunnels).toEqual([]);
  });
});

function addressesOf(doors: readonly ReplicaDoor[]): readonly string[] {
  return doors.map(({ address }) => address);
}

function isServed({ registry }: ReplicaDoor): boolean {
  return registry.tunnels.length > 0;
}

function count({ lines }: MemoryLog, event: string): number {
  return lines.filter((line) => line.event === event).length;
}

async function echo({ stream }: ServerSession): Promise<void> {
  await stream.write(Buffer.from("READ still\n"));
  expect(String(await stream.read())).toBe("OK still\n");
}
