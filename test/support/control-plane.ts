import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCertificates, type DemoCertificates } from "@sallyport/cli/demo/certificates";
import { startPart, type Part } from "@sallyport/cli/demo/child-process";
import { freePort } from "@sallyport/cli/servers/free-port";
import { startPostgresServer, type PostgresServer } from "@sallyport/cli/servers/postgres-server";
import { LOGIN_AUDIENCE, LOGIN_CLIENT, startLoginProvider, type LoginProvider } from "./login-provider.ts";
import type { ServedDatabase } from "./client-road.ts";
import { agentDocument, everything, GROUP } from "./protocol-road.ts";
import { connectionDocument } from "./road.ts";
import { startSallyport, type Ran, type Running } from "./sallyport.ts";
import { CLUSTER_TEMPLATE } from "./state-server.ts";

/** A whole installation, as processes, with everything that the command needs. */
export interface ControlPlane extends AsyncDisposable {
  readonly folder: string;
  readonly certificates: DemoCertificates;
  readonly provider: LoginProvider;
  readonly server: PostgresServer;
  readonly ports: { readonly api: number; readonly clients: number; readonly tunnel: number };
  readonly url: string;
  /** What makes the command ask as the gateway's own user. */
  readonly local: Readonly<Record<string, string>>;
  /** The folder of documents. */
  readonly documents: string;
  startGateway(): Promise<Part>;
  startAgent(): Promise<Part>;
  /** Runs the command to its end. Each `as` has a home of its own. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  start(args: readonly string[], options?: RunOptions): Running;
  writeDocument(name: string, document: object): Promise<void>;
}

interface RunOptions {
  /** Whose home it is; left out: that of the gateway's own user. */
  readonly as?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
}

const LOOPBACK = "127.0.0.1";
const groups = { alice: ["admins"], bob: ["engineers"], carol: ["viewers"], mallory: [] };

/** Prepares an installation; the test starts gateway and agent. Connections to more databases are named after their protocols. */
export async function prepareControlPlane(more: readonly ServedDatabase[] = []): Promise<ControlPlane> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-plane-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const certificates = await ensureCertificates(join(folder, "certificates"));
  const provider = opened.use(await startLoginProvider(groups));
  const server = await startPostgresServer({
    folder: join(folder, "server"),
    template: CLUSTER_TEMPLATE,
    durable: false,
  });
  opened.defer(() => server.stop());
  const ports = { api: await freePort(), clients: await freePort(), tunnel: await freePort() };
  const documents = join(folder, "documents");
  await mkdir(documents);
  const writeDocument = (name: string, document: object): Promise<void> =>
    writeFile(join(documents, `${name}.yaml`), JSON.stringify(document));
  await writeDocument("shop", await connectionDocument(folder, server));
  await writeDocument("agent", agentDocument(certificates));
  await writeDocument("everything", { ...everything, who: { groups: ["admins", "engineers"] } });
  await writeDocument("people", {
    identityProvider: "people",
    issuer: provider.issuer,
    audience: LOGIN_AUDIENCE,
    algorithms: ["ES256"],
    roles: { admin: ["admins"], viewer: ["viewers"] },
    login: { clientId: LOGIN_CLIENT },
  });
  for (const { adapter, host = LOOPBACK, port, credential, database, options = {} } of more) {
    await writeDocument(adapter.id, {
      connection: adapter.id,
      protocol: adapter.id,
      agentGroup: GROUP,
      server: { host, port, tls: "disable" },
      credential,
      database,
      options,
    });
  }
  const gatewayFile = join(folder, "gateway.yaml");
  const socket = join(folder, "state", "api.sock");
  await writeFile(
    gatewayFile,
    JSON.stringify({
      state: { folder: join(folder, "state") },
      recordings: join(folder, "recordings"),
      tls: certificates.gateway,
      listeners: [
        { protocol: "pg", port: ports.clients },
        ...(await Promise.all(more.map(async ({ adapter: { id } }) => ({ protocol: id, port: await freePort() })))),
      ],
      tunnel: { port: ports.tunnel, caFile: certificates.caFile, ...certificates.gateway },
      api: { port: ports.api, socket },
    }),
  );
  const agentFile = join(folder, "agent.yaml");
  await writeFile(
    agentFile,
    JSON.stringify({
      name: "test-agent",
      gateway: `localhost:${ports.tunnel}`,
      caFile: certificates.caFile,
      certificateFile: certificates.agent.certificateFile,
      keyFile: certificates.agent.keyFile,
      allow: [server, ...more].map(({ host = LOOPBACK, port }) => `${host}:${port}`),
    }),
  );
  const parts = opened.use(new AsyncDisposableStack());
  const started = async (name: string, file: string): Promise<Part> => {
    const part = await startPart(name, [name, "--config", file], join(folder, `${name}.log`), 60_000);
    parts.defer(() => part.stop());
    return part;
  };
  const start: ControlPlane["start"] = (args, { as = "local", environment = {}, input } = {}) =>
    startSallyport(args, { HOME: join(folder, "homes", as), ...environment }, input);
  const everythingOpened = opened.move();
  return {
    folder,
    certificates,
    provider,
    server,
    ports,
    documents,
    url: `https://localhost:${ports.api}`,
    local: { SALLYPORT_GATEWAY: `unix:${socket}`, SALLYPORT_CA_FILE: certificates.caFile },
    startGateway: () => started("gateway", gatewayFile),
    startAgent: () => started("agent", agentFile),
    start,
    run: (args, options = {}) => start(args, { input: "", ...options }).result,
    writeDocument,
    [Symbol.asyncDispose]: () => everythingOpened.disposeAsync(),
  };
}
