import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Agent } from "@sallyport/agent/agent";
import { ensureCertificates, type DemoCertificates } from "@sallyport/cli/demo/certificates";
import {
  startPostgresServer,
  type PostgresServer,
  type PostgresServerOptions,
} from "@sallyport/cli/servers/postgres-server";
import type { Gateway } from "@sallyport/gateway/gateway";
import { mintTicket } from "@sallyport/gateway/tickets/mint-ticket";
import { pg } from "@sallyport/protocol-pg/adapter";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import type { Principal } from "@sallyport/shared/principal";
import type { MemoryLog } from "./memory-log.ts";
import { CLUSTER_TEMPLATE } from "./state-server.ts";
import {
  agentDocument,
  everything,
  GROUP,
  startProtocolRoad,
  type ProtocolRoad,
  type ProtocolRoadOptions,
} from "./protocol-road.ts";

export { everything } from "./protocol-road.ts";

const CONNECTION = "shop";
const TICKET_LIFE_MS = 3_600_000;

export interface RoadOptions {
  readonly adapters?: readonly ProtocolAdapter[];
  readonly tunnel?: "grpc" | "local";
  readonly policies?: readonly object[];
  readonly server?: Partial<PostgresServerOptions>;
  readonly limits?: Readonly<Record<string, number>>;
  readonly plaintext?: ProtocolRoadOptions["plaintext"];
  readonly tunnelTimes?: ProtocolRoadOptions["tunnelTimes"];
  readonly events?: ProtocolRoadOptions["events"];
  readonly via?: ProtocolRoadOptions["via"];
  readonly api?: boolean;
  readonly relay?: boolean;
  readonly database?: ProtocolRoadOptions["database"];
  readonly staleSeconds?: number;
}

/** A client's way through a real gateway and a real agent to a real server, all in this process but the server. */
export interface Road extends AsyncDisposable {
  readonly folder: string;
  readonly server: PostgresServer;
  readonly certificates: DemoCertificates;
  readonly gateway: Gateway;
  readonly agent: Agent | undefined;
  readonly port: number;
  readonly log: MemoryLog;
  readonly recordings: string;
  /** What the gateway was started with, for another replica. */
  readonly options: ProtocolRoad["options"];
  /** A URL for a new ticket of this principal; `database` is the server's. */
  urlFor(
    principal: Partial<Principal> & { readonly name: string },
    database?: string,
    lifeMs?: number,
  ): Promise<string>;
  readonly putDocument: ProtocolRoad["putDocument"];
  readonly removeDocument: ProtocolRoad["removeDocument"];
  readonly spoilDocuments: ProtocolRoad["spoilDocuments"];
  readonly revokeTicket: ProtocolRoad["revokeTicket"];
}

/** Builds the whole road and takes it down again when disposed of. */
export async function startRoad(options: RoadOptions = {}): Promise<Road> {
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
  const documents = [
    await connectionDocument(folder, server),
    agentDocument(certificates),
    ...(options.policies ?? [everything]),
  ];
  const road = opened.use(
    await startProtocolRoad({
      folder,
      certificates,
      adapters: options.adapters ?? [pg],
      documents: Object.fromEntries(documents.map((document, index) => [`${index}.json`, document])),
      allow: [`127.0.0.1:${server.port}`],
      tunnel: options.tunnel,
      limits: options.limits,
      plaintext: options.plaintext,
      tunnelTimes: options.tunnelTimes,
      events: options.events,
      via: options.via,
      api: options.api,
      relay: options.relay,
      database: options.database,
      staleSeconds: options.staleSeconds,
    }),
  );
  const { gateway, agent, log, recordings } = road;
  const port = road.portOf(pg.id);

  async function urlFor(
    principal: Partial<Principal> & { readonly name: string },
    database?: string,
    lifeMs = TICKET_LIFE_MS,
  ): Promise<string> {
    const { ticket, secret } = await mintTicket({
      principal: { kind: "human", groups: [], claims: {}, ...principal },
      connection: CONNECTION,
      expires: new Date(Date.now() + lifeMs),
    });
    await road.addTicket(ticket);
    const path = database === undefined ? CONNECTION : encodeURIComponent(`${CONNECTION}/${database}`);
    const query = new URLSearchParams({ sslmode: "verify-full", sslrootcert: certificates.caFile });
    return `postgres://${encodeURIComponent(ticket.name)}:${secret.reveal()}@localhost:${port}/${path}?${query.toString()}`;
  }

  const everythingOpened = opened.move();
  return {
    folder,
    server,
    certificates,
    gateway,
    agent,
    port,
    log,
    recordings,
    options: road.options,
    urlFor,
    putDocument: (name, document) => road.putDocument(name, document),
    removeDocument: (name) => road.removeDocument(name),
    spoilDocuments: () => road.spoilDocuments(),
    revokeTicket: (name) => road.revokeTicket(name),
    [Symbol.asyncDispose]: () => everythingOpened.disposeAsync(),
  };
}

/** The connection of a road. The password lies in a file of the folder. */
export async function connectionDocument(folder: string, server: PostgresServer) {
  const superuser = new URL(server.url);
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, decodeURIComponent(superuser.password), { mode: 0o600 });
  return {
    connection: CONNECTION,
    protocol: pg.id,
    agentGroup: GROUP,
    server: { host: server.host, port: server.port, tls: "disable" },
    database: "postgres",
    credential: { user: superuser.username, password: `file:${passwordFile}` },
  };
}
