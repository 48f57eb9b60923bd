import { GatewayError } from "@sallyport/shared/errors";
import { describe, expect, it } from "vitest";
import { TunnelRegistry, type RegisteredTunnel, type ServerPlace } from "./tunnel-registry.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const place: ServerPlace = {
  connection: "shop",
  protocol: "toy",
  agentGroup: "group",
  server: { host: "db", port: 7000, tls: "verify-full" },
};

describe("what is known of a server", () => {
  it("is what was learned last, of that connection alone", () => {
    const registry = new TunnelRegistry(silent);
    for (const version of ["1", "2"]) registry.learned(place, { version, settings: {} });
    expect(registry.serverOf(place)).toEqual({ version: "2", settings: {} });
    expect(registry.serverOf({ ...place, connection: "other" })).toBeUndefined();
  });

  it.each<[string, Partial<ServerPlace>]>([
    ["address", { server: { ...place.server, host: "other" } }],
    ["protocol", { protocol: "other" }],
    ["agent group", { agentGroup: "other" }],
  ])("is nothing any more where the connection has another %s", (_, changes) => {
    const registry = new TunnelRegistry(silent);
    registry.learned(place, { version: "1", settings: {} });
    expect(registry.serverOf({ ...place, ...changes })).toBeUndefined();
  });

  it("does not outlive the connection", () => {
    const registry = new TunnelRegistry(silent);
    registry.learned(place, { version: "1", settings: {} });
    registry.keepServersOf(new Map([["shop", 1]]));
    expect(registry.serverOf(place)).toBeDefined();
    registry.keepServersOf(new Map());
    expect(registry.serverOf(place)).toBeUndefined();
  });

  it("is nothing that strangers should not be told", () => {
    const registry = new TunnelRegistry(silent);
    registry.learned(place, { version: "1\0", settings: {} });
    expect(registry.serverOf(place)).toBeUndefined();
  });
});

describe("TunnelRegistry", () => {
  it("has none of a group without agents", () => {
    const registry = new TunnelRegistry(silent);
    registry.add(tunnel({ group: "other" }));
    expect(() => registry.choose("group")).toThrow(GatewayError);
  });

  it("prefers health over load, and load over nothing", () => {
    const sick = tunnel({ agent: "sick", sessionCount: 0, isHealthy: () => false });
    const unseen = tunnel({ agent: "unseen", sessionCount: 0, isHealthy: () => undefined });
    const busy = tunnel({ agent: "busy", sessionCount: 50, isHealthy: () => true });
    const idle = tunnel({ agent: "idle", sessionCount: 10, isHealthy: () => true });
    for (const [better, worse] of [
      [idle, busy],
      [busy, unseen],
      [unseen, sick],
    ] as const) {
      for (const order of [
        [better, worse],
        [worse, better],
      ]) {
        const registry = new TunnelRegistry(silent);
        for (const each of order) registry.add(each);
        expect(registry.choose("group", "shop").agent).toBe(better.agent);
      }
    }
  });

  it("gives no session to an agent that drains", () => {
    const registry = new TunnelRegistry(silent);
    registry.add(tunnel({ isDraining: true }));
    expect(() => registry.choose("group")).toThrow(GatewayError);
  });

  it.each([
    ["a newer one of the same process", { instance: "a", epoch: 1 }, { instance: "a", epoch: 2 }, "second"],
    ["an older one that was held up on its way", { instance: "a", epoch: 2 }, { instance: "a", epoch: 1 }, "first"],
    ["one of a process that was started anew", { instance: "a", epoch: 9 }, { instance: "b", epoch: 1 }, "second"],
  ])("keeps one tunnel of an agent when there comes %s", (_what, one, other, winner) => {
    const registry = new TunnelRegistry(silent);
    const closed: string[] = [];
    registry.add(tunnel({ ...one, close: () => closed.push("first") }));
    registry.add(tunnel({ ...other, close: () => closed.push("second") }));
    expect(registry.tunnels).toHaveLength(1);
    expect(registry.tunnels[0]).toMatchObject(winner === "first" ? one : other);
    expect(closed).toEqual([winner === "first" ? "second" : "first"]);
  });

  it("forgets a tunnel that closed, but not its successor", async () => {
    const registry = new TunnelRegistry(silent);
    const gone = Promise.withResolvers<void>();
    registry.add(tunnel({ epoch: 1, closed: gone.promise }));
    registry.add(tunnel({ epoch: 2 }));
    gone.resolve();
    await gone.promise;
    expect(registry.tunnels).toMatchObject([{ epoch: 2 }]);
  });
});

function tunnel(changes: Partial<RegisteredTunnel>): RegisteredTunnel {
  return {
    agent: "agent",
    group: "group",
    instance: "a",
    epoch: 1,
    sessionCount: 0,
    isDraining: false,
    isHealthy: () => undefined,
    closed: new Promise(() => undefined),
    open: () => Promise.reject(new GatewayError("tunnel/no-agent", "not in this test")),
    cancel: () => Promise.resolve(),
    close: () => undefined,
    ...changes,
  };
}
