import { startAgent } from "@sallyport/agent/agent";
import { agentConfig } from "@sallyport/agent/config";
import { startTunnelServer, type TunnelServer } from "@sallyport/gateway/tunnel/tunnel-server";
import type { Log } from "@sallyport/shared/log";
import { describe, expect, it } from "vitest";
import { memoryLog } from "../support/memory-log.ts";
import { makeTunnelCertificates } from "../support/tunnel-certificates.ts";
import { until } from "../support/until.ts";
import { toyAdapter } from "../toy/toy-adapter.ts";
import { atOnce, startGrpcRig, type GrpcRig } from "./tunnel-rig.ts";

const never = new AbortController().signal;

describe("who may dial in", () => {
  it("ends the tunnel and its sessions when the agent's document is removed, and lets the agent in again when it is back", async () => {
    let known = true;
    await using rig = await startGrpcRig({
      agentFor: () => (known ? { agent: "agent-1", group: "group-1" } : undefined),
    });
    const { stream } = await rig.tunnel.open(rig.request(), never);
    rig.tunnelServer.recheck();
    await stream.write(Buffer.from("READ still\n"));
    expect(String(await stream.read())).toBe("OK still\n");
    known = false;
    const refused = rig.log.until("tunnel.refused");
    rig.tunnelServer.recheck();
    await expect(stream.read()).rejects.toMatchObject({ code: "tunnel/agent-lost" });
    await refused;
    expect(() => rig.registry.choose("group-1")).toThrow(/no-agent/);
    known = true;
    await until(() => rig.registry.tunnels.length === 1);
  });

  it("keeps tunnels while documents cannot be read, and lets nobody new in", async () => {
    let readable = true;
    await using rig = await startGrpcRig({
      agentFor: () => {
        if (!readable) throw new Error("a document is unreadable");
        return { agent: "agent-1", group: "group-1" };
      },
    });
    readable = false;
    rig.tunnelServer.recheck();
    expect(rig.registry.tunnels).toHaveLength(1);
    const refused = rig.log.until("tunnel.refused");
    rig.breakTunnel();
    await refused;
    expect(rig.registry.tunnels).toHaveLength(0);
  });

  it("refuses a certificate of another authority", async () => {
    await using rig = await startGrpcRig();
    await using stranger = await makeTunnelCertificates();
    const log = memoryLog();
    const lost = log.until("gateway.dial-failed");
    await using agent = startSecondAgent(rig, log, { ...stranger.agent, caFile: rig.certificates.agent.caFile });
    await lost;
    expect(rig.registry.tunnels).toEqual([rig.tunnel]);
    expect(agent.sessionCount).toBe(0);
  });

  it("is no gateway to an agent whose authority did not sign it", async () => {
    await using rig = await startGrpcRig();
    await using stranger = await makeTunnelCertificates();
    const log = memoryLog();
    const lost = log.until("gateway.dial-failed");
    await using _agent = startSecondAgent(rig, log, { ...rig.certificates.agent, caFile: stranger.agent.caFile });
    expect((await lost).fields.reason).toMatch(/certificate/);
  });
});

describe("an agent that dials again", () => {
  it("takes the place of its predecessor", async () => {
    await using rig = await startGrpcRig();
    const { stream } = await rig.tunnel.open(rig.request(), never);
    const superseded = rig.log.until("tunnel.superseded");
    const log = memoryLog();
    // the first agent is stopped as soon as it lost, or the two would take turns for ever
    void superseded.then(() => rig.agent.stop());
    await using successor = startSecondAgent(rig, log, rig.certificates.agent);
    await superseded;
    await expect(stream.read()).rejects.toMatchObject({ code: "tunnel/agent-lost" });
    await successor.online;
    await rig.agent.stop();
    await until(() => rig.registry.tunnels.length === 1 && rig.registry.tunnels[0] !== rig.tunnel);
  });

  it("comes back after the gateway's restart, and has closed what it held", async () => {
    await using rig = await startGrpcRig();
    await rig.tunnel.open(rig.request(), never);
    const { port } = rig.tunnelServer;
    await rig.tunnelServer.close();
    await until(() => rig.server.sockets.size === 0);
    await using restarted = await restart(rig, port);
    await until(() => rig.registry.tunnels.length === 1);
    const { stream } = await rig.registry.choose("group-1").open(rig.request(), never);
    stream.destroy();
    expect(restarted.port).toBe(port);
  });

  it("leaves nothing in the gateway when it is stopped", async () => {
    await using rig = await startGrpcRig();
    const { stream } = await rig.tunnel.open(rig.request(), never);
    const reading = Promise.allSettled([stream.read()]);
    await rig.agent.stop();
    expect(await reading).toMatchObject([{ status: "rejected", reason: { code: "tunnel/agent-lost" } }]);
    await rig.tunnel.closed;
    expect(rig.registry.tunnels).toHaveLength(0);
    expect(rig.agent.sessionCount).toBe(0);
    await until(() => rig.server.sockets.size === 0);
  });
});

describe("health", () => {
  it("is a login and a query on the agent, reported when it changes", async () => {
    let targets: ReturnType<GrpcRig["request"]>[] = [];
    await using rig = await startGrpcRig({ healthTargets: () => targets });
    const [tunnel] = rig.registry.tunnels;
    expect(tunnel?.isHealthy("shop")).toBeUndefined();
    const healthy = rig.log.until("connection.healthy");
    targets = [rig.request({ session: "health" })];
    rig.tunnelServer.recheck();
    await healthy;
    expect(rig.server.lines).toContain("READ health");
    expect(tunnel?.isHealthy("shop")).toBe(true);
    const unhealthy = rig.log.until("connection.unhealthy");
    targets = [rig.request({ session: "health", credential: { user: "shop", password: "env:PATH" } })];
    rig.tunnelServer.recheck();
    expect((await unhealthy).fields).toMatchObject({ connection: "shop", code: "server/login-failed" });
    expect(tunnel?.isHealthy("shop")).toBe(false);
  });
});

function startSecondAgent(rig: GrpcRig, log: Log, files: { caFile: string; certificateFile: string; keyFile: string }) {
  const { caFile, certificateFile, keyFile } = files;
  const gateway = `localhost:${rig.tunnelServer.port}`;
  const config = agentConfig.parse({
    name: "second",
    gateway,
    caFile,
    certificateFile,
    keyFile,
    allow: ["127.0.0.1:*"],
  });
  return startAgent(config, [toyAdapter], log, atOnce);
}

function restart(rig: GrpcRig, port: number): Promise<TunnelServer> {
  const { certificates, registry, log } = rig;
  return startTunnelServer({
    listen: { host: "127.0.0.1", port },
    tls: { ca: certificates.ca, ...certificates.gateway },
    replica: "replica-1",
    agentFor: () => ({ agent: "agent-1", group: "group-1" }),
    registry,
    log,
  });
}
