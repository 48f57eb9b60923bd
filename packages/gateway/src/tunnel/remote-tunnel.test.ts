import { GatewayError } from "@sallyport/shared/errors";
import { agentMessage } from "@sallyport/shared/tunnel/control-messages";
import type { GatewayMessage } from "@sallyport/shared/tunnel/gen/sallyport/tunnel/v1/tunnel_pb";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { RelayMultiplexer } from "@sallyport/shared/tunnel/relay-multiplexer";
import { describe, expect, it } from "vitest";
import { memoryLog } from "../../../../test/support/memory-log.ts";
import { RemoteTunnel, type RemoteTunnelOptions } from "./remote-tunnel.ts";

const shop: OpenSession = {
  session: "health",
  protocol: "pg",
  connection: "shop",
  server: { host: "db", port: 5432, tls: "verify-full" },
  credential: { user: "app" },
  database: undefined,
  principal: "sallyport",
  settings: {},
  options: {},
};

function joined(changes: Partial<RemoteTunnelOptions> = {}): RemoteTunnel {
  return new RemoteTunnel({
    agent: "alice",
    group: "shops",
    instance: "one",
    epoch: 1,
    sendControl: () => undefined,
    sendRelay: (_message, sent) => sent(),
    hangUp: () => undefined,
    onOnline: () => undefined,
    onChanged: () => undefined,
    onServer: () => undefined,
    log: memoryLog(),
    ...changes,
  });
}

describe("what an agent says of a connection's health", () => {
  it("is kept and logged only of those that it was asked to check", () => {
    const log = memoryLog();
    const servers: string[] = [];
    const tunnel = joined({ log, onServer: ({ connection }, { version }) => servers.push(`${connection} ${version}`) });
    tunnel.watchHealth([shop]);
    for (const connection of ["shop", "made-up-1", "made-up-2"]) {
      tunnel.receiveControl(agentMessage({ case: "health", value: { connection, version: "18.0" } }));
    }
    expect(["shop", "made-up-1", "made-up-2"].map((name) => tunnel.isHealthy(name))).toEqual([
      true,
      undefined,
      undefined,
    ]);
    expect(log.lines.map(({ event, fields }) => [event, fields.connection])).toEqual([["connection.healthy", "shop"]]);
    expect(servers).toEqual(["shop 18.0"]);
    tunnel.close(new GatewayError("gateway/shutting-down", "the test is over"));
  });

  it("is ill where the server would say more than anybody should be told", () => {
    const servers: string[] = [];
    const tunnel = joined({ onServer: (_, { version }) => servers.push(version) });
    tunnel.watchHealth([shop]);
    for (const said of [{ version: "18\0.0" }, { version: "18", settings: { a: "x".repeat(65 * 1024) } }]) {
      tunnel.receiveControl(agentMessage({ case: "health", value: { connection: "shop", ...said } }));
      expect(tunnel.isHealthy("shop")).toBe(false);
    }
    expect(servers).toEqual([]);
    tunnel.close(new GatewayError("gateway/shutting-down", "the test is over"));
  });
});

describe("what is said of groups", () => {
  const serving = (...groups: string[]) => agentMessage({ case: "serving", value: { groups } });

  it("counts of a replica, and is told once", () => {
    let changes = 0;
    const tunnel = joined({ isReplica: true, onChanged: () => (changes += 1) });
    for (const message of [serving("a", "b"), serving("b", "a"), serving("a")]) tunnel.receiveControl(message);
    expect([...tunnel.served]).toEqual(["a"]);
    expect(changes).toBe(2);
    tunnel.close(new GatewayError("gateway/shutting-down", "the test is over"));
  });

  it("is nothing that an agent could say", () => {
    let changes = 0;
    const tunnel = joined({ onChanged: () => (changes += 1) });
    tunnel.receiveControl(serving("a"));
    expect([...tunnel.served]).toEqual([]);
    expect(changes).toBe(0);
    tunnel.close(new GatewayError("gateway/shutting-down", "the test is over"));
  });
});

describe("a session that an agent has opened", () => {
  it("is given up where the server would say more than anybody should be told", async () => {
    const sent: GatewayMessage["message"][] = [];
    const tunnel = await online({ sendControl: ({ message }) => sent.push(message) });
    const opening = tunnel.open(shop, new AbortController().signal);
    const value = { channel: 1, version: "18.0", settings: { a: "x".repeat(65 * 1024) } };
    tunnel.receiveControl(agentMessage({ case: "sessionOpened", value }));
    await expect(opening).rejects.toMatchObject({ code: "server/malformed" });
    expect(sent.at(-1)).toMatchObject({ case: "abandonSession", value: { channel: 1 } });
    expect(tunnel.sessionCount).toBe(0);
    tunnel.close(new GatewayError("gateway/shutting-down", "the test is over"));
  });

  it.each([
    ["agent", false, undefined],
    ["replica", true, "bob"],
  ] as const)("is another agent's where a replica says so: an %s", async (_what, isReplica, agent) => {
    const tunnel = await online({ isReplica });
    const opening = tunnel.open(shop, new AbortController().signal);
    tunnel.receiveControl(
      agentMessage({ case: "sessionOpened", value: { channel: 1, version: "18.0", agent: "bob" } }),
    );
    expect((await opening).agent).toBe(agent);
    tunnel.close(new GatewayError("gateway/shutting-down", "the test is over"));
  });
});

/** With an end of the agent's at which echoes are answered. */
async function online(changes: Partial<RemoteTunnelOptions>): Promise<RemoteTunnel> {
  const isOnline = Promise.withResolvers<void>();
  const agent = new RelayMultiplexer({
    lostCode: "server/lost",
    send: (message, done) => {
      tunnel.receiveRelay(message);
      done();
    },
  });
  const tunnel = joined({
    sendRelay: (message, done) => {
      setImmediate(() => agent.receive(message));
      done();
    },
    onOnline: () => isOnline.resolve(),
    ...changes,
  });
  await isOnline.promise;
  return tunnel;
}
