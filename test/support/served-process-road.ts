import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startPart, type Part } from "@sallyport/cli/demo/child-process";
import { ensureCertificates, type DemoCertificates } from "@sallyport/cli/demo/certificates";
import { freePort } from "@sallyport/cli/servers/free-port";
import type { GatewayConfigInput } from "@sallyport/gateway/config";
import { mintTicket } from "@sallyport/gateway/tickets/mint-ticket";
import type { Access } from "./client-road.ts";
import { openFilledState } from "./filled-state.ts";
import { agentDocument, everything } from "./protocol-road.ts";
import type { StateDatabase } from "./state-database.ts";

const LIFE_MS = 3_600_000;
const READY_WITHIN_MS = 30_000;
/** What these tests leave running does not end by itself. */
const DRAIN_SECONDS = 0.5;

/** What a connection's document has to say here. */
interface ConnectionDocument {
  readonly connection: string;
  readonly protocol: string;
  readonly server: { readonly host: string; readonly port: number };
}

export interface ServedProcessRoadOptions {
  /** Where everything is made. It must exist, and stays. */
  readonly folder: string;
  readonly connection: ConnectionDocument;
  readonly limits?: Readonly<Record<string, number>> | undefined;
  /** Left out: a folder beside everything else. */
  readonly recordings?: string | undefined;
  /** Where events go; paths are meant from the folder. */
  readonly events?: GatewayConfigInput["events"];
}

/** The road with its gateway and its agent as the processes that they are in life, so that a test may kill them. */
export interface ServedProcessRoad extends AsyncDisposable {
  readonly port: number;
  readonly recordings: string;
  readonly caFile: string;
  /** Of a principal who may do everything. */
  readonly ticket: Access;
  /** What the gateway keeps everything in. */
  readonly state: StateDatabase;
  /** Where the gateway's log goes, over all its lives. */
  readonly gatewayLog: string;
  readonly agentLog: string;
  /** Resolves when it listens. Only one may live at a time. */
  startGateway(): Promise<Part>;
  /** Resolves when its tunnel is online. */
  startAgent(): Promise<Part>;
}

/** Prepares the road to a server of any protocol; the test starts its parts. Disposing ends whatever of them still runs. */
export async function startServedProcessRoad(options: ServedProcessRoadOptions): Promise<ServedProcessRoad> {
  const { folder, connection } = options;
  const certificates = await ensureCertificates(join(folder, "certificates"));
  const ports = { clients: await freePort(), tunnel: await freePort() };
  const recordings = options.recordings ?? join(folder, "recordings");
  const parts = new AsyncDisposableStack();
  const { ticket: minted, secret } = await mintTicket({
    principal: { name: "alice", kind: "human", groups: [], claims: {} },
    connection: connection.connection,
    expires: new Date(Date.now() + LIFE_MS),
  });
  const documents = [connection, agentDocument(certificates), everything];
  const state = parts.use(await openFilledState(folder, documents, [minted], [connection.protocol]));
  const gatewayFile = await writeConfig(folder, "gateway", {
    state: state.config,
    recordings,
    drainSeconds: DRAIN_SECONDS,
    tls: certificates.gateway,
    listeners: [{ protocol: connection.protocol, port: ports.clients }],
    tunnel: { port: ports.tunnel, caFile: certificates.caFile, ...certificates.gateway },
    limits: options.limits ?? {},
    events: options.events,
  });
  const agentFile = await writeConfig(folder, "agent", agentSettings(ports.tunnel, connection, certificates));
  const gatewayLog = join(folder, "gateway.log");
  const agentLog = join(folder, "agent.log");
  const started = async (name: string, file: string, log: string): Promise<Part> => {
    const part = await startPart(name, [name, "--config", file], log, READY_WITHIN_MS);
    parts.defer(() => part.stop());
    return part;
  };
  return {
    port: ports.clients,
    recordings,
    caFile: certificates.caFile,
    ticket: { user: minted.name, secret: secret.reveal() },
    state: state.database,
    gatewayLog,
    agentLog,
    startGateway: () => started("gateway", gatewayFile, gatewayLog),
    startAgent: () => started("agent", agentFile, agentLog),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function agentSettings(tunnelPort: number, { server }: ConnectionDocument, certificates: DemoCertificates): object {
  const { certificateFile, keyFile } = certificates.agent;
  return {
    name: "test-agent",
    gateway: `localhost:${tunnelPort}`,
    caFile: certificates.caFile,
    certificateFile,
    keyFile,
    allow: [`${server.host}:${server.port}`],
    drainSeconds: DRAIN_SECONDS,
  };
}

async function writeConfig(folder: string, name: string, config: object): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, JSON.stringify(config));
  return file;
}
