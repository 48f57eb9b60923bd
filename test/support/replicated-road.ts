import { randomBytes, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPart, type Part } from "@sallyport/cli/demo/child-process";
import { freePort } from "@sallyport/cli/servers/free-port";
import { startPostgresServer, type PostgresServer } from "@sallyport/cli/servers/postgres-server";
import { mintTicket } from "@sallyport/gateway/tickets/mint-ticket";
import { openFilledState } from "./filled-state.ts";
import { startLoadBalancer } from "./load-balancer.ts";
import { everything, GROUP } from "./protocol-road.ts";
import { connectionDocument } from "./road.ts";
import type { StateDatabase } from "./state-database.ts";
import { CLUSTER_TEMPLATE } from "./state-server.ts";
import { makeTunnelCertificates } from "./tunnel-certificates.ts";

const LIFE_MS = 3_600_000;

export interface ReplicatedRoadOptions {
  readonly replicas: number;
  readonly agents: number;
  /** How long a replica or an agent may take to stop. */
  readonly drainSeconds: number;
}

/** Several replicas and several agents as the processes that they are in life, on one store and before one server. */
export interface ReplicatedRoad extends AsyncDisposable {
  readonly server: PostgresServer;
  readonly state: StateDatabase;
  /** For a principal who may do everything: by a load balancer to some replica, or to that one. */
  urlOf(replica?: number): string;
  /** Resolves when it listens. */
  startReplica(replica: number): Promise<Part>;
  /** Resolves when it has a tunnel. Agents dial by a load balancer of their own. */
  startAgent(agent: number): Promise<Part>;
  logOf(kind: "gateway" | "agent", number: number): string;
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Prepares everything; the test starts the parts. Disposing ends whatever of them still runs. */
export async function startReplicatedRoad(options: ReplicatedRoadOptions): Promise<ReplicatedRoad> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-replicas-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const write = async (name: string, content: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  const server = await startPostgresServer({
    folder: join(folder, "server"),
    template: CLUSTER_TEMPLATE,
    durable: false,
  });
  opened.defer(() => server.stop());
  const certificates = opened.use(await makeTunnelCertificates());
  const gatewayTls = {
    certificateFile: await write("gateway.crt", certificates.gateway.certificate),
    keyFile: await write("gateway.key", certificates.gateway.key),
  };
  const sealingKey = await write("sealing.key", randomBytes(32).toString("hex"));
  const places = await Promise.all(
    numbers(options.replicas).map(async () => ({ clients: await freePort(), tunnel: await freePort() })),
  );
  const agents = await Promise.all(
    numbers(options.agents).map(async (number) => {
      const { certificate, key } = await certificates.issueAgent(`agent-${number}`);
      return {
        name: `agent-${number}`,
        fingerprint: new X509Certificate(certificate).fingerprint256,
        certificateFile: await write(`agent-${number}.crt`, certificate),
        keyFile: await write(`agent-${number}.key`, key),
      };
    }),
  );
  const { ticket, secret } = await mintTicket({
    principal: { name: "alice", kind: "human", groups: [], claims: {} },
    connection: "shop",
    expires: new Date(Date.now() + LIFE_MS),
  });
  const documents = [
    await connectionDocument(folder, server),
    everything,
    ...agents.map(({ name, fingerprint }) => ({ agent: name, group: GROUP, certificate: fingerprint })),
  ];
  const state = opened.use(await openFilledState(folder, documents, [ticket], ["pg"]));
  const balancers = {
    clients: opened.use(await startLoadBalancer(places.map(({ clients }) => clients))),
    tunnel: opened.use(await startLoadBalancer(places.map(({ tunnel }) => tunnel))),
  };
  const parts = opened.use(new AsyncDisposableStack());
  const { caFile } = certificates.agent;
  const logOf = (kind: string, number: number): string => join(folder, `${kind}-${number}.log`);
  const start = async (kind: "gateway" | "agent", number: number, config: object): Promise<Part> => {
    const file = await write(`${kind}-${number}.yaml`, JSON.stringify(config));
    const part = await startPart(kind, [kind, "--config", file], logOf(kind, number));
    parts.defer(() => part.stop());
    return part;
  };
  const { drainSeconds } = options;
  const query = new URLSearchParams({ sslmode: "verify-full", sslrootcert: caFile });
  const everythingOpened = opened.move();
  return {
    server,
    state: state.database,
    urlOf: (replica) => {
      const port = replica === undefined ? balancers.clients.port : places[replica]?.clients;
      return `postgres://${encodeURIComponent(ticket.name)}:${secret.reveal()}@localhost:${port}/shop?${query.toString()}`;
    },
    startReplica: (number) =>
      start("gateway", number, {
        state: { ...state.config, folder: join(folder, `state-${number}`) },
        recordings: join(folder, `recordings-${number}`),
        drainSeconds,
        tls: gatewayTls,
        listeners: [{ protocol: "pg", port: places[number]?.clients }],
        tunnel: { port: places[number]?.tunnel, caFile, ...gatewayTls },
        relay: { port: 0 },
        sealing: { keys: [`file:${sealingKey}`] },
      }),
    startAgent: (number) => {
      const { name = "", certificateFile, keyFile } = agents[number] ?? {};
      return start("agent", number, {
        name,
        drainSeconds,
        gateway: `localhost:${balancers.tunnel.port}`,
        caFile,
        certificateFile,
        keyFile,
        allow: [`127.0.0.1:${server.port}`],
      });
    },
    logOf,
    [Symbol.asyncDispose]: () => everythingOpened.disposeAsync(),
  };
}
