import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAgent, type Agent } from "@sallyport/agent/agent";
import { agentConfig } from "@sallyport/agent/config";
import { createSessionOpener } from "@sallyport/agent/session-opener";
import { ensureCertificates, type DemoCertificates } from "@sallyport/cli/demo/certificates";
import { startPostgresServer, type PostgresServer, type PostgresServerOptions } from "@sallyport/cli/demo/postgres-server";
import { gatewayConfig } from "@sallyport/gateway/config";
import { startGateway, type Gateway } from "@sallyport/gateway/gateway";
import { mintTicket } from "@sallyport/gateway/tickets/mint-ticket";
import { pg } from "@sallyport/protocol-pg/adapter";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import type { Principal } from "@sallyport/shared/principal";
import { memoryLog, type MemoryLog } from "./memory-log.ts";

const GROUP = "test-group";
const AGENT = "test-agent";
const CONNECTION = "shop";
const TICKET_LIFE_MS = 3_600_000;
/** One cluster is made for all tests of a machine and copied for each. */
const TEMPLATE = join(tmpdir(), "sallyport-test-template");

/** Who may do everything, in tests that are about something else. */
export const everything = {
  policy: "everything",
  who: { principals: ["*"] },
  where: { connections: ["*"] },
  rules: [{ allow: ["*"] }],
};

export interface RoadOptions {
  readonly adapters?: readonly ProtocolAdapter[];
  readonly tunnel?: "grpc" | "local";
  readonly policies?: readonly object[];
  readonly server?: Partial<PostgresServerOptions>;
  readonly limits?: Readonly<Record<string, number>>;
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
  /** A URL for a new ticket of this principal; `database` is the server's. */
  urlFor(principal: Partial<Principal> & { readonly name: string }, database?: string): Promise<string>;
  /** Puts a document into the store, in place of the one of that file; resolves when the gateway has taken it up. */
  putDocument(file: string, document: object): Promise<void>;
}

/** Builds the whole road and takes it down again when disposed of. */
export async function startRoad(options: RoadOptions = {}): Promise<Road> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-road-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const certificates = await ensureCertificates(join(folder, "certificates"));
  const server = await startPostgresServer({ folder: join(folder, "server"), template: TEMPLATE, durable: false, ...options.server });
  opened.defer(() => server.stop());
  const log = memoryLog();
  const store = join(folder, "store");
  const recordings = join(folder, "recordings");
  await mkdir(store);
  await writeDocuments(store, server, certificates, options.policies ?? [everything]);
  const adapters = options.adapters ?? [pg];
  const allow = [`127.0.0.1:${server.port}`];
  const config = gatewayConfig.parse({
    store,
    recordings,
    tls: certificates.gateway,
    listeners: [{ protocol: "pg", port: 0 }],
    ...(options.tunnel === "local" ? {} : { tunnel: { port: 0, caFile: certificates.caFile, ...certificates.gateway } }),
    limits: options.limits ?? {},
  });
  const local = { agent: AGENT, group: GROUP, opener: createSessionOpener({ adapters, allow, credentials: ["env:*", "file:*"], log }) };
  const gateway = await startGateway({ config, adapters, log, ...(options.tunnel === "local" ? { localAgent: local } : {}) });
  opened.use(gateway);
  const agent = gateway.tunnelPort === undefined ? undefined : startTestAgent(gateway.tunnelPort, certificates, allow, adapters, log);
  if (agent !== undefined) {
    opened.use(agent);
    await agent.online;
    await log.until("tunnel.online");
  }
  const port = gateway.listeners[0]?.port ?? 0;

  async function putDocument(file: string, document: object): Promise<void> {
    const taken = log.until("documents read");
    await writeFile(join(store, file), JSON.stringify(document));
    await taken;
  }

  async function urlFor(principal: Partial<Principal> & { readonly name: string }, database?: string): Promise<string> {
    const { document, secret } = await mintTicket({
      principal: { kind: "human", groups: [], claims: {}, ...principal },
      connection: CONNECTION,
      expires: new Date(Date.now() + TICKET_LIFE_MS),
    });
    await putDocument(`${document.ticket.replace("~", "-")}.json`, document);
    const path = database === undefined ? CONNECTION : encodeURIComponent(`${CONNECTION}/${database}`);
    const query = new URLSearchParams({ sslmode: "verify-full", sslrootcert: certificates.caFile });
    return `postgres://${encodeURIComponent(document.ticket)}:${secret.reveal()}@localhost:${port}/${path}?${query}`;
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
    urlFor,
    putDocument,
    [Symbol.asyncDispose]: () => everythingOpened.disposeAsync(),
  };
}

/** An agent of this road's group; tests start a second one after they have ended the first. */
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

async function writeDocuments(
  store: string,
  server: PostgresServer,
  certificates: DemoCertificates,
  policies: readonly object[],
): Promise<void> {
  const superuser = new URL(server.url);
  const passwordFile = join(store, "..", "password");
  await writeFile(passwordFile, decodeURIComponent(superuser.password), { mode: 0o600 });
  const documents = [
    {
      connection: CONNECTION,
      protocol: "pg",
      agentGroup: GROUP,
      server: { host: server.host, port: server.port, tls: "disable" },
      database: "postgres",
      credential: { user: superuser.username, password: `file:${passwordFile}` },
    },
    { agent: AGENT, group: GROUP, certificate: certificates.agent.fingerprint },
    ...policies,
  ];
  await Promise.all(documents.map((document, index) => writeFile(join(store, `${index}.json`), JSON.stringify(document))));
}
