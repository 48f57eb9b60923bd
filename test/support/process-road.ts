import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPart, type Part } from "@sallyport/cli/demo/child-process";
import { ensureCertificates, type DemoCertificates } from "@sallyport/cli/demo/certificates";
import {
  freePort,
  startPostgresServer,
  type PostgresServer,
  type PostgresServerOptions,
} from "@sallyport/cli/demo/postgres-server";
import { mintTicket } from "@sallyport/gateway/tickets/mint-ticket";
import { pg } from "@sallyport/protocol-pg/adapter";
import { agentDocument, everything } from "./protocol-road.ts";
import { CLUSTER_TEMPLATE, connectionDocument } from "./road.ts";

const LIFE_MS = 3_600_000;
const READY_WITHIN_MS = 30_000;

export interface ProcessRoadOptions {
  readonly server?: Partial<PostgresServerOptions>;
  readonly limits?: Readonly<Record<string, number>>;
  /** Left out: a folder beside everything else. */
  readonly recordings?: string;
}

/** The road with its gateway and its agent as the processes that they are in life, so that a test may kill them. */
export interface ProcessRoad extends AsyncDisposable {
  readonly folder: string;
  readonly server: PostgresServer;
  readonly port: number;
  readonly recordings: string;
  /** For a principal who may do everything. */
  readonly url: string;
  /** Where the gateway's log goes, over all its lives. */
  readonly gatewayLog: string;
  readonly agentLog: string;
  /** Resolves when it listens. Only one may live at a time. */
  startGateway(): Promise<Part>;
  /** Resolves when its tunnel is online. */
  startAgent(): Promise<Part>;
}

/** Starts the server alone; the test starts the rest. Disposing ends whatever of it still runs. */
export async function startProcessRoad(options: ProcessRoadOptions = {}): Promise<ProcessRoad> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-road-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const certificates = await ensureCertificates(join(folder, "certificates"));
  const server = await startPostgresServer({
    folder: join(folder, "server"),
    template: CLUSTER_TEMPLATE,
    durable: false,
    ...options.server,
  });
  opened.defer(() => server.stop());
  const ports = { clients: await freePort(), tunnel: await freePort() };
  const recordings = options.recordings ?? join(folder, "recordings");
  const ticket = await writeStore(folder, server, certificates);
  const gatewayFile = await writeConfig(folder, "gateway", {
    store: "store",
    recordings,
    tls: certificates.gateway,
    listeners: [{ protocol: pg.id, port: ports.clients }],
    tunnel: { port: ports.tunnel, caFile: certificates.caFile, ...certificates.gateway },
    limits: options.limits ?? {},
  });
  const agentFile = await writeConfig(folder, "agent", agentSettings(ports.tunnel, server, certificates));
  const gatewayLog = join(folder, "gateway.log");
  const agentLog = join(folder, "agent.log");
  const parts = opened.move();
  const started = async (name: string, file: string, log: string): Promise<Part> => {
    const part = await startPart(name, [name, "--config", file], log, READY_WITHIN_MS);
    parts.defer(() => part.stop());
    return part;
  };
  const query = new URLSearchParams({ sslmode: "verify-full", sslrootcert: certificates.caFile });
  return {
    folder,
    server,
    port: ports.clients,
    recordings,
    url: `postgres://${encodeURIComponent(ticket.name)}:${ticket.secret}@localhost:${ports.clients}/shop?${query.toString()}`,
    gatewayLog,
    agentLog,
    startGateway: () => started("gateway", gatewayFile, gatewayLog),
    startAgent: () => started("agent", agentFile, agentLog),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function writeStore(
  folder: string,
  server: PostgresServer,
  certificates: DemoCertificates,
): Promise<{ readonly name: string; readonly secret: string }> {
  const { document, secret } = await mintTicket({
    principal: { name: "alice", kind: "human", groups: [], claims: {} },
    connection: "shop",
    expires: new Date(Date.now() + LIFE_MS),
  });
  const documents = [document, await connectionDocument(folder, server), agentDocument(certificates), everything];
  await mkdir(join(folder, "store"));
  await Promise.all(
    documents.map((entry, index) => writeFile(join(folder, "store", `${index}.json`), JSON.stringify(entry))),
  );
  return { name: document.ticket, secret: secret.reveal() };
}

function agentSettings(tunnelPort: number, server: PostgresServer, certificates: DemoCertificates): object {
  const { certificateFile, keyFile } = certificates.agent;
  return {
    name: "test-agent",
    gateway: `localhost:${tunnelPort}`,
    caFile: certificates.caFile,
    certificateFile,
    keyFile,
    allow: [`127.0.0.1:${server.port}`],
  };
}

async function writeConfig(folder: string, name: string, config: object): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, JSON.stringify(config));
  return file;
}
