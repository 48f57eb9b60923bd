import { join } from "node:path";
import { startAgent, type Agent } from "@sallyport/agent/agent";
import { agentConfig } from "@sallyport/agent/config";
import { createSessionOpener } from "@sallyport/agent/session-opener";
import type { DemoCertificates } from "@sallyport/cli/demo/certificates";
import { gatewayConfig, type GatewayConfigInput } from "@sallyport/gateway/config";
import { startGateway, type Gateway, type GatewayOptions } from "@sallyport/gateway/gateway";
import type { Ticket } from "@sallyport/gateway/tickets/ticket";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { applyToStore, testActor } from "./apply-to-store.ts";
import { memoryLog, type MemoryLog } from "./memory-log.ts";
import { openStateDatabase, type StateDatabase } from "./state-database.ts";
import { until } from "./until.ts";

/** The group of every road's one agent. */
export const GROUP = "test-group";
const AGENT = "test-agent";
const SPOIL =
  "insert into sallyport.documents (kind, name, body, revision, author) values ('surprise', 'x', '{}', 0, '')";
const MEND = "delete from sallyport.documents where kind = 'surprise'";
const TELL = `
  with bumped as (update sallyport.revisions set revision = revision + 1 where area = 'documents' returning revision)
  select pg_notify('sallyport_changed', 'documents ' || revision) from bumped`;

/** Who may do everything, in tests that are about something else. */
export const everything = {
  policy: "everything",
  who: { principals: ["*"] },
  where: { connections: ["*"] },
  rules: [{ allow: ["*"] }],
};

export interface ProtocolRoadOptions {
  /** Where recordings are made. It must exist, and stays. */
  readonly folder: string;
  readonly certificates: DemoCertificates;
  /** Each gets a listener. */
  readonly adapters: readonly ProtocolAdapter[];
  /** The one connection that the listeners lead to; left out: any of their protocol. */
  readonly leadingTo?: string | undefined;
  /** The store's, by names that only the test knows. */
  readonly documents: Readonly<Record<string, object>>;
  readonly tickets?: readonly Ticket[] | undefined;
  /** What the gateway keeps everything in; left out: a database of the test run's. It stays. */
  readonly database?: StateDatabase | undefined;
  readonly staleSeconds?: number | undefined;
  /** Addresses that the agent may dial. */
  readonly allow: readonly string[];
  readonly tunnel?: "grpc" | "local" | undefined;
  readonly limits?: Readonly<Record<string, number>> | undefined;
  readonly plaintext?: "loopback" | "always" | "never" | undefined;
  readonly tunnelTimes?: GatewayOptions["tunnelTimes"];
  /** Whether the gateway has its API, on any port. */
  readonly api?: boolean | undefined;
  /** Whether it passes sessions on to other replicas, and theirs to its agent. */
  readonly relay?: boolean | undefined;
  /** Where events go. */
  readonly events?: GatewayConfigInput["events"];
  /** Where the agent dials instead of the gateway's own port. */
  readonly via?: ((tunnelPort: number) => Promise<number>) | undefined;
}

/** A real gateway and a real agent in this process, for any protocols and whatever servers there are. */
export interface ProtocolRoad extends AsyncDisposable {
  readonly gateway: Gateway;
  /** Undefined where the agent is the gateway's own. */
  readonly agent: Agent | undefined;
  readonly log: MemoryLog;
  readonly recordings: string;
  /** What the gateway was started with, for another replica. */
  readonly options: GatewayOptions;
  /** Where clients of this protocol connect. */
  portOf(protocol: string): number;
  /** Puts a document into the store, in place of the one of that name; resolves when the gateway has taken it up. */
  putDocument(name: string, document: object): Promise<void>;
  removeDocument(name: string): Promise<void>;
  /** Writes something into the store that is no document, as only somebody at the database can; the next change mends it. */
  spoilDocuments(): Promise<void>;
  addTicket(ticket: Ticket): Promise<void>;
  revokeTicket(name: string): Promise<void>;
}

/** Builds the road between clients and servers, and takes it down again when disposed of. */
export async function startProtocolRoad(options: ProtocolRoadOptions): Promise<ProtocolRoad> {
  await using opened = new AsyncDisposableStack();
  const { folder, certificates, adapters, allow } = options;
  const isLocal = options.tunnel === "local";
  const log = memoryLog();
  const recordings = join(folder, "recordings");
  const database = options.database ?? opened.use(await openStateDatabase());
  const config = gatewayConfig.parse({
    state: { folder: join(folder, "state"), staleSeconds: options.staleSeconds },
    recordings,
    tls: certificates.gateway,
    listeners: adapters.map(({ id }) => ({
      protocol: id,
      port: 0,
      plaintext: options.plaintext,
      connection: options.leadingTo,
    })),
    ...(isLocal ? {} : { tunnel: { port: 0, caFile: certificates.caFile, ...certificates.gateway } }),
    ...(options.relay === true ? { relay: { port: 0 } } : {}),
    limits: options.limits ?? {},
    events: options.events,
    ...(options.api === true ? { api: { port: 0, socket: join(folder, "api.sock") } } : {}),
  });
  const opener = createSessionOpener({ adapters, allow, credentials: ["env:*", "file:*"], log });
  const localAgent = isLocal ? { localAgent: { agent: AGENT, group: GROUP, opener } } : {};
  const times = options.tunnelTimes === undefined ? {} : { tunnelTimes: options.tunnelTimes };
  const gatewayOptions = { config, databaseUrl: database.url, adapters, log, ...localAgent, ...times };
  const gateway = opened.use(await startGateway(gatewayOptions));
  const { store } = gateway;
  const documents = new Map(Object.entries(options.documents));
  const protocols = adapters.map(({ id }) => id);
  const apply = (): Promise<void> => applyToStore(store, [...documents.values()], protocols);
  await apply();
  for (const ticket of options.tickets ?? []) await store.tickets.add(ticket, testActor);
  const { via = async (port) => port } = options;
  const dialled = gateway.tunnelPort === undefined ? undefined : await via(gateway.tunnelPort);
  const agent =
    dialled === undefined ? undefined : opened.use(startTestAgent(dialled, certificates, allow, adapters, log));
  // Both ends see a tunnel online at their own moment.
  if (agent !== undefined) await Promise.all([agent.online, until(() => gateway.tunnels.tunnels.length > 0)]);

  /** Past the gateway. */
  async function scribble(sql: string, event: string): Promise<void> {
    const told = log.until(event);
    await database.query(sql);
    await database.query(TELL);
    await told;
  }

  let isSpoilt = false;
  async function change(): Promise<void> {
    if (isSpoilt) await scribble(MEND, "documents.read");
    isSpoilt = false;
    await apply();
  }

  const everythingOpened = opened.move();
  return {
    gateway,
    agent,
    log,
    recordings,
    options: gatewayOptions,
    portOf: (protocol) => gateway.listeners.find((listener) => listener.protocol === protocol)?.port ?? 0,
    async putDocument(name, document) {
      documents.set(name, document);
      await change();
    },
    async removeDocument(name) {
      documents.delete(name);
      await change();
    },
    async spoilDocuments() {
      isSpoilt = true;
      await scribble(SPOIL, "documents.refused");
    },
    addTicket: (ticket) => store.tickets.add(ticket, testActor),
    async revokeTicket(name) {
      await store.tickets.revoke(name, testActor);
    },
    [Symbol.asyncDispose]: () => everythingOpened.disposeAsync(),
  };
}

/** The document that lets the road's agent in. */
export function agentDocument(certificates: DemoCertificates): object {
  return { agent: AGENT, group: GROUP, certificate: certificates.agent.fingerprint };
}

/** An agent of a road's group; tests start a second one after they have ended the first. */
export function startTestAgent(
  tunnelPort: number,
  certificates: DemoCertificates,
  allow: readonly string[],
  adapters: readonly ProtocolAdapter[],
  log: MemoryLog,
): Agent {
  const { certificateFile, keyFile } = certificates.agent;
  const config = agentConfig.parse({
    name: AGENT,
    gateway: `localhost:${tunnelPort}`,
    caFile: certificates.caFile,
    certificateFile,
    keyFile,
    allow: [...allow],
    healthIntervalSeconds: 3_600,
  });
  return startAgent(config, adapters, log);
}
