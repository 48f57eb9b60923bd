import { startAgent, type Agent, type AgentTimes } from "@sallyport/agent/agent";
import { identityOfFiles } from "@sallyport/agent/agent-identity";
import { agentConfig } from "@sallyport/agent/config";
import { TunnelRegistry } from "@sallyport/gateway/tunnel/tunnel-registry";
import { startTunnelServer, type TunnelServer } from "@sallyport/gateway/tunnel/tunnel-server";
import type { ServerSession } from "@sallyport/shared/tunnel/tunnel";
import { toyAdapter } from "../toy/toy-adapter.ts";
import { ToyServer } from "../toy/toy-server.ts";
import { memoryLog, type MemoryLog } from "./memory-log.ts";
import { makeTunnelCertificates } from "./tunnel-certificates.ts";

const GROUP = "group-1";

/** What a replica has for agents, and the tunnels that came to it. */
export interface ReplicaDoor {
  readonly server: TunnelServer;
  readonly registry: TunnelRegistry;
  readonly log: MemoryLog;
  /** `host:port`, for agents. */
  readonly address: string;
  /** Opens a session on the toy server, through an agent of this replica. */
  open(): Promise<ServerSession>;
}

/** Doors of several replicas, and agents of one identity, to which they are one gateway. */
export interface TunnelReplicas extends AsyncDisposable {
  /** Another replica's door; the port is any, or that of one that is closed. */
  openDoor(replica: string, host?: string, port?: number): Promise<ReplicaDoor>;
  startAgent(gateways: readonly string[], log: MemoryLog, times?: AgentTimes): Agent;
}

/** No store and no clients: what is looked at is who has a tunnel to whom. */
export async function startTunnelReplicas(): Promise<TunnelReplicas> {
  await using opened = new AsyncDisposableStack();
  const toy = await ToyServer.start();
  opened.defer(() => toy.close());
  const certificates = opened.use(await makeTunnelCertificates());
  const { caFile, certificateFile, keyFile } = certificates.agent;
  const everything = opened.move();
  let sessions = 0;
  return {
    async openDoor(replica, host = "127.0.0.1", port = 0) {
      const log = memoryLog();
      const registry = new TunnelRegistry(log);
      const server = await startTunnelServer({
        listen: { host, port },
        tls: { ca: certificates.ca, ...certificates.gateway },
        replica,
        agentFor: () => ({ agent: "agent-1", group: GROUP }),
        registry,
        log,
      });
      everything.use(server);
      const open = (): Promise<ServerSession> => {
        sessions += 1;
        return registry.choose(GROUP).open(toyRequest(toy, `session-${sessions}`), new AbortController().signal);
      };
      return { server, registry, log, address: `localhost:${server.port}`, open };
    },
    startAgent(gateways, log, times = { random: () => 0 }) {
      const config = agentConfig.parse({ allow: [`127.0.0.1:${toy.port}`] });
      const files = identityOfFiles({ gateway: "", caFile, certificateFile, keyFile });
      const material = async () => ({ ...(await files.material()), gateways });
      return everything.use(startAgent(config, [toyAdapter], log, times, { material }));
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

function toyRequest({ port }: ToyServer, session: string) {
  return {
    session,
    protocol: toyAdapter.id,
    connection: "shop",
    server: { host: "127.0.0.1", port, tls: "disable" },
    credential: { user: "shop" },
    database: "shop",
    principal: "alice",
    settings: {},
    options: {},
  } as const;
}
