import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPart, type Part } from "@sallyport/cli/demo/child-process";
import { ensureCertificates, type DemoCertificates } from "@sallyport/cli/demo/certificates";
import { freePort } from "@sallyport/cli/servers/free-port";
import { startPostgresServer, type PostgresServer } from "@sallyport/cli/servers/postgres-server";
import { mintTicket } from "@sallyport/gateway/tickets/mint-ticket";
import { openFilledState, type FilledState } from "../support/filled-state.ts";
import { maskingPolicies, type MaskingPolicy } from "./masking-policies.ts";
import { preparePgbench } from "./pgbench.ts";

/** Who may do everything and sees everything. */
const PRINCIPAL = "bench";

interface Ticket {
  readonly name: string;
  readonly secret: string;
}

/** What the bench measures against: a server, and the road to it through a gateway and an agent in processes of their own. */
export interface Stack extends AsyncDisposable {
  readonly directUrl: string;
  readonly throughUrl: string;
  /** The way through under one of the policies that mask, for a principal of the policy's name. */
  urlUnder(policy: MaskingPolicy): string;
  readonly gatewayPid: number;
  readonly agentPid: number;
}

/** Starts everything on free ports; disposing ends it and removes its files. */
export async function startStack(scale: number): Promise<Stack> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-bench-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const certificates = await ensureCertificates(join(folder, "certificates"));
  const server = await startServer(folder, certificates);
  opened.defer(() => server.stop());
  const directUrl = withTls(server.url, certificates);
  await preparePgbench(directUrl, scale);
  const ports = { clients: await freePort(), tunnel: await freePort() };
  const { state, tickets } = await fillState(folder, server, certificates);
  opened.use(state);
  const gateway = await startGatewayPart(folder, ports, certificates, state);
  opened.defer(() => gateway.stop());
  const agent = await startAgentPart(folder, ports.tunnel, server.port, certificates);
  opened.defer(() => agent.stop());
  const urlOf = (principal: string): string => {
    const { name = "", secret = "" } = tickets.get(principal) ?? {};
    const url = `postgres://${encodeURIComponent(name)}:${secret}@localhost:${ports.clients}/bench`;
    return withTls(url, certificates);
  };
  const everything = opened.move();
  return {
    directUrl,
    throughUrl: urlOf(PRINCIPAL),
    urlUnder: urlOf,
    gatewayPid: gateway.pid,
    agentPid: agent.pid,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function startServer(folder: string, certificates: DemoCertificates): Promise<PostgresServer> {
  const [certificate, key] = await Promise.all([
    readFile(certificates.gateway.certificateFile, "utf8"),
    readFile(certificates.gateway.keyFile, "utf8"),
  ]);
  return startPostgresServer({ folder: join(folder, "server"), durable: false, tls: { certificate, key } });
}

async function fillState(
  folder: string,
  server: PostgresServer,
  certificates: DemoCertificates,
): Promise<{ state: FilledState; tickets: ReadonlyMap<string, Ticket> }> {
  const minted = await Promise.all([PRINCIPAL, ...Object.keys(maskingPolicies)].map(mintFor));
  const superuser = new URL(server.url);
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, decodeURIComponent(superuser.password), { mode: 0o600 });
  const documents = [
    {
      connection: "bench",
      protocol: "pg",
      agentGroup: "bench",
      server: { host: server.host, port: server.port, tls: "verify-full", caFile: certificates.caFile },
      database: "postgres",
      credential: { user: superuser.username, password: `file:${passwordFile}` },
    },
    { agent: "bench", group: "bench", certificate: certificates.agent.fingerprint },
    policyOf(PRINCIPAL, { rules: [{ allow: ["*"] }] }),
    ...Object.entries(maskingPolicies).map(([name, keys]) => policyOf(name, keys)),
  ];
  const tickets = minted.map(({ ticket }) => ticket);
  return {
    state: await openFilledState(folder, documents, tickets, ["pg"]),
    tickets: new Map(
      minted.map(({ principal, ticket, secret }) => [principal, { name: ticket.name, secret: secret.reveal() }]),
    ),
  };
}

async function mintFor(principal: string) {
  const minted = await mintTicket({
    principal: { name: principal, kind: "service", groups: [], claims: {} },
    connection: "bench",
    expires: new Date(Date.now() + 86_400_000),
  });
  return { principal, ...minted };
}

function policyOf(principal: string, keys: object): object {
  return { policy: principal, who: { principals: [principal] }, where: { connections: ["bench"] }, ...keys };
}

async function startGatewayPart(
  folder: string,
  ports: { readonly clients: number; readonly tunnel: number },
  certificates: DemoCertificates,
  state: FilledState,
): Promise<Part> {
  const config = join(folder, "gateway.yaml");
  await writeFile(
    config,
    JSON.stringify({
      state: state.config,
      recordings: "recordings",
      tls: certificates.gateway,
      listeners: [{ protocol: "pg", port: ports.clients }],
      tunnel: { port: ports.tunnel, caFile: certificates.caFile, ...certificates.gateway },
    }),
  );
  return startPart("gateway", ["gateway", "--config", config], join(folder, "gateway.log"));
}

async function startAgentPart(
  folder: string,
  tunnelPort: number,
  serverPort: number,
  certificates: DemoCertificates,
): Promise<Part> {
  const { certificateFile, keyFile } = certificates.agent;
  const config = join(folder, "agent.yaml");
  await writeFile(
    config,
    JSON.stringify({
      name: "bench",
      gateway: `localhost:${tunnelPort}`,
      caFile: certificates.caFile,
      certificateFile,
      keyFile,
      allow: [`127.0.0.1:${serverPort}`],
    }),
  );
  return startPart("agent", ["agent", "--config", config], join(folder, "agent.log"));
}

function withTls(url: string, certificates: DemoCertificates): string {
  return `${url}?sslmode=verify-full&sslrootcert=${encodeURIComponent(certificates.caFile)}`;
}
