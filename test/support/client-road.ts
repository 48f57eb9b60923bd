import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCertificates } from "@sallyport/cli/demo/certificates";
import { signToken, startIdentityProvider } from "@sallyport/gateway/login/testing/local-identity-provider";
import { mintTicket } from "@sallyport/gateway/tickets/mint-ticket";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { agentDocument, everything, GROUP, startProtocolRoad, type ProtocolRoad } from "./protocol-road.ts";
import { until } from "./until.ts";

const LIFE_MS = 3_600_000;
const CONNECTION = "shop";

/** A policy under which programs may look around and nothing else. */
export const readOnly = {
  policy: "read-only",
  who: { principals: ["*"] },
  where: { connections: ["*"] },
  rules: [{ allow: ["read", "session", "transaction", "explain"] }],
};

/** A server that clients are led to. */
export interface ServedDatabase {
  readonly adapter: ProtocolAdapter;
  /** Left out: this machine. */
  readonly host?: string;
  readonly port: number;
  /** Where the agent finds the password: `env:NAME` or `file:PATH`. */
  readonly credential: { readonly user: string; readonly password?: string };
  readonly database: string;
  readonly options?: Readonly<Record<string, string>>;
}

export interface ClientRoadOptions {
  /** Left out: everything is allowed. */
  readonly policy?: object;
  /** Whether the port leads to the connection alone, so that clients need not name it. */
  readonly leadsAlone?: boolean;
  readonly limits?: Readonly<Record<string, number>>;
  readonly relay?: boolean;
}

/** How a client gets in. */
export interface Access {
  readonly user: string;
  readonly secret: string;
}

/** The road from any program to one server, over TLS, with an agent of its own. */
export interface ClientRoad extends AsyncDisposable {
  readonly road: ProtocolRoad;
  readonly host: "localhost";
  readonly port: number;
  /** The authority of the gateway's certificate. */
  readonly caFile: string;
  readonly ca: string;
  readonly connection: typeof CONNECTION;
  /** bob's, which leads to the connection by itself. */
  readonly ticket: Access;
  /** alice's, who names the connection. */
  token(): Promise<Access>;
}

export async function startClientRoad(served: ServedDatabase, options: ClientRoadOptions = {}): Promise<ClientRoad> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-clients-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const certificates = await ensureCertificates(join(folder, "certificates"));
  const provider = opened.use(await startIdentityProvider());
  const { ticket, secret } = await mintTicket({
    principal: { name: "bob", kind: "human", groups: ["engineers"], claims: {} },
    connection: CONNECTION,
    expires: new Date(Date.now() + LIFE_MS),
  });
  const { adapter } = served;
  const connection = connectionTo(served);
  const road = opened.use(
    await startProtocolRoad({
      folder,
      certificates,
      adapters: [adapter],
      leadingTo: options.leadsAlone === true ? CONNECTION : undefined,
      limits: options.limits,
      relay: options.relay,
      allow: [`${connection.server.host}:${connection.server.port}`],
      documents: {
        "agent.json": agentDocument(certificates),
        "provider.json": { identityProvider: "local", issuer: provider.issuer, audience: "sallyport" },
        "policy.json": options.policy ?? everything,
        "connection.json": connection,
      },
      tickets: [ticket],
    }),
  );
  // a gateway that has not heard of the server yet greets more cautiously
  await until(() => road.gateway.tunnels.serverOf(connection) !== undefined);
  const everythingOpened = opened.move();
  return {
    road,
    host: "localhost",
    port: road.portOf(adapter.id),
    caFile: certificates.caFile,
    ca: await readFile(certificates.caFile, "utf8"),
    connection: CONNECTION,
    ticket: { user: ticket.name, secret: secret.reveal() },
    token: async () => ({ user: `alice+${CONNECTION}`, secret: await signToken(provider) }),
    [Symbol.asyncDispose]: () => everythingOpened.disposeAsync(),
  };
}

/** The document of the one connection that leads to a server. */
export function connectionTo({
  adapter,
  host = "127.0.0.1",
  port,
  credential,
  database,
  options = {},
}: ServedDatabase) {
  return {
    connection: CONNECTION,
    protocol: adapter.id,
    agentGroup: GROUP,
    server: { host, port, tls: "disable" as const },
    database,
    credential,
    options,
  };
}
