import { startAgent, type Agent } from "@sallyport/agent/agent";
import { agentConfig } from "@sallyport/agent/config";
import { createSessionOpener } from "@sallyport/agent/session-opener";
import { createLocalTunnel } from "@sallyport/gateway/tunnel/local-tunnel";
import { TunnelRegistry } from "@sallyport/gateway/tunnel/tunnel-registry";
import {
  startTunnelServer,
  type TunnelServer,
  type TunnelServerOptions,
} from "@sallyport/gateway/tunnel/tunnel-server";
import { GatewayError } from "@sallyport/shared/errors";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { Tunnel } from "@sallyport/shared/tunnel/tunnel";
import { memoryLog, type MemoryLog } from "../support/memory-log.ts";
import { makeTunnelCertificates, type TunnelCertificates } from "../support/tunnel-certificates.ts";
import { until } from "../support/until.ts";
import { toyAdapter } from "../toy/toy-adapter.ts";
import { ToyServer } from "../toy/toy-server.ts";

/** A tunnel with a real agent and a real server behind it. */
export interface TunnelRig extends AsyncDisposable {
  readonly tunnel: Tunnel;
  readonly server: ToyServer;
  /** A request for a session on the server. */
  request(changes?: Partial<OpenSession>): OpenSession;
  /** Ends the tunnel as a fault would. */
  breakTunnel(): void;
}

/** The parts of a gRPC tunnel, for tests that look closer. */
export interface GrpcRig extends TunnelRig {
  readonly agent: Agent;
  readonly registry: TunnelRegistry;
  readonly tunnelServer: TunnelServer;
  readonly certificates: TunnelCertificates;
  readonly log: MemoryLog;
}

export interface GrpcRigOptions extends Partial<TunnelServerOptions> {
  /** Where the agent dials instead of the gateway's own port, such as a proxy in between. */
  readonly via?: (port: number) => Promise<number>;
}

const PASSWORD_VARIABLE = "TUNNEL_TEST_PASSWORD";
let lastSession = 0;

/** The shortest jitter there is, so that tests do not wait for a reconnection. */
export const atOnce = { random: () => 0 };

export async function startGrpcRig(options: GrpcRigOptions = {}): Promise<GrpcRig> {
  await using opened = new AsyncDisposableStack();
  process.env[PASSWORD_VARIABLE] = "sesame";
  const server = await ToyServer.start({ password: "sesame" });
  opened.defer(() => server.close());
  const certificates = opened.use(await makeTunnelCertificates());
  const log = memoryLog();
  const registry = new TunnelRegistry(log);
  const tunnelServer = await startTunnelServer({
    listen: { host: "127.0.0.1", port: 0 },
    tls: { ca: certificates.ca, ...certificates.gateway },
    replica: "replica-1",
    agentFor: ({ fingerprint }) =>
      fingerprint === certificates.agent.fingerprint ? { agent: "agent-1", group: "group-1" } : undefined,
    registry,
    log,
    ...options,
  });
  opened.use(tunnelServer);
  const port = (await options.via?.(tunnelServer.port)) ?? tunnelServer.port;
  const { caFile, certificateFile, keyFile } = certificates.agent;
  const config = agentConfig.parse({
    name: "agent-1",
    gateway: `localhost:${port}`,
    caFile,
    certificateFile,
    keyFile,
    allow: [`127.0.0.1:${server.port}`, "127.0.0.1:1"],
  });
  const online = log.until("tunnel.online");
  const agent = opened.use(startAgent(config, [toyAdapter], log, atOnce));
  // Both ends see a tunnel online at their own moment.
  await Promise.all([online, agent.online, until(() => registry.tunnels.length > 0)]);
  const [tunnel] = registry.tunnels;
  if (tunnel === undefined) throw new Error("no tunnel is online");
  const everything = opened.move();
  return {
    tunnel,
    server,
    agent,
    registry,
    tunnelServer,
    certificates,
    log,
    request: (changes) => requestFor(server, changes),
    breakTunnel: () => tunnel.close(new GatewayError("tunnel/agent-lost", "broken by the test")),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

export async function startLocalRig(): Promise<TunnelRig> {
  process.env[PASSWORD_VARIABLE] = "sesame";
  const server = await ToyServer.start({ password: "sesame" });
  const allow = [`127.0.0.1:${server.port}`, "127.0.0.1:1"];
  const opener = createSessionOpener({ adapters: [toyAdapter], allow, credentials: ["env:*"], log: memoryLog() });
  const tunnel = createLocalTunnel({ agent: "agent-1", group: "group-1", opener });
  return {
    tunnel,
    server,
    request: (changes) => requestFor(server, changes),
    breakTunnel: () => tunnel.close(new GatewayError("tunnel/agent-lost", "broken by the test")),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function requestFor(server: ToyServer, changes: Partial<OpenSession> = {}): OpenSession {
  lastSession += 1;
  return {
    session: `session-${lastSession}`,
    protocol: "toy",
    connection: "shop",
    server: { host: "127.0.0.1", port: server.port, tls: "disable" },
    credential: { user: "shop", password: `env:${PASSWORD_VARIABLE}` },
    database: "shop",
    principal: "alice",
    settings: {},
    options: {},
    ...changes,
  };
}
