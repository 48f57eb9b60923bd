import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCertificates, type DemoCertificates } from "@sallyport/cli/demo/certificates";
import {
  signToken,
  startIdentityProvider,
  type LocalIdentityProvider,
  type TokenChanges,
} from "@sallyport/gateway/login/testing/local-identity-provider";
import { mintTicket } from "@sallyport/gateway/tickets/mint-ticket";
import type { Ticket } from "@sallyport/gateway/tickets/ticket";
import { GatewayError, type ErrorCode } from "@sallyport/shared/errors";
import { agentDocument, GROUP, startProtocolRoad, type ProtocolRoad } from "../support/protocol-road.ts";
import { startServerLink, type ServerLink } from "../support/server-link.ts";
import { until } from "../support/until.ts";
import type { ContractClient, ContractServer, Login, NativeError, ProtocolDriver } from "./protocol-driver.ts";

/** What all tests of one protocol share: what takes long to start and does not change. */
export interface GatewayBench extends AsyncDisposable {
  readonly driver: ProtocolDriver;
  readonly server: ContractServer;
  readonly certificates: DemoCertificates;
  readonly ca: string;
}

/** A line of a recording, as far as tests look at it. */
export interface RecordedLine {
  readonly type: string;
  readonly text?: string;
  readonly result?: string;
  readonly reason?: string;
  readonly principal?: string;
  readonly database?: string;
  readonly decision?: { readonly kind: string };
}

export interface GatewayRigOptions {
  readonly tunnel?: "grpc" | "local";
  /** Documents besides, or in place of, the rig's own; undefined takes one away. */
  readonly documents?: Readonly<Record<string, object | undefined>>;
  /** Besides bob's. */
  readonly tickets?: readonly Ticket[];
  readonly limits?: Readonly<Record<string, number>>;
  readonly plaintext?: "loopback" | "always" | "never";
  /** The one connection that the listener leads to. */
  readonly leadingTo?: string;
  readonly ticketLifeMs?: number;
  readonly api?: boolean;
}

/** One protocol's road from its client to its server, with a hand on every part. */
export interface GatewayRig extends AsyncDisposable {
  readonly road: ProtocolRoad;
  readonly link: ServerLink;
  readonly provider: LocalIdentityProvider;
  readonly port: number;
  readonly ticket: Login;
  /** The connection's document, with changes. */
  connection(changes: object): object;
  /** With the ticket, unless the changes say otherwise. */
  logIn(changes?: Partial<Login>): Promise<ContractClient>;
  /** alice's, for connection `shop`. */
  tokenLogin(changes?: TokenChanges): Promise<Login>;
  native(code: ErrorCode): NativeError;
  /** What a client that waits for no answer is told as its session ends. */
  toldIdle(code: ErrorCode): readonly NativeError[];
  /** All that was recorded so far, session by session. Synchronous, so that it can be asked while bytes are on their way. */
  recorded(): readonly (readonly RecordedLine[])[];
  /** The agent goes as it does when its process ends. */
  loseAgent(): Promise<void>;
  /** The agent is told to stop, and given a little time for it. */
  drainAgent(): void;
  /** From now on nothing can be recorded. */
  breakRecordings(): Promise<void>;
  /** Resolves when no session, and nothing of one at the server, is left. */
  allGone(): Promise<void>;
}

const TICKET_LIFE_MS = 600_000;
const AGENT_DRAIN_MS = 500;

/** What the suite's statements are judged by. */
export const contractPolicy = {
  policy: "contract",
  who: { principals: ["*"] },
  where: { connections: ["*"] },
  rules: [{ deny: ["drop"], because: "Nothing is dropped here." }, { allow: ["*"] }],
};

export async function startBench(driver: ProtocolDriver): Promise<GatewayBench> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-contract-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const certificates = await ensureCertificates(join(folder, "certificates"));
  const server = opened.use(await driver.startServer(folder));
  const everything = opened.move();
  return {
    driver,
    server,
    certificates,
    ca: await readFile(certificates.caFile, "utf8"),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

export async function startGatewayRig(bench: GatewayBench, options: GatewayRigOptions = {}): Promise<GatewayRig> {
  const { driver, server, certificates } = bench;
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-rig-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const link = opened.use(await startServerLink(server.port));
  const provider = opened.use(await startIdentityProvider());
  const connection = (changes: object): object => ({
    connection: "shop",
    protocol: driver.adapter.id,
    agentGroup: GROUP,
    server: { host: "127.0.0.1", port: link.port, tls: "disable" },
    database: server.database,
    credential: server.credential,
    ...changes,
  });
  const documents = {
    "agent.json": agentDocument(certificates),
    "connection.json": connection({}),
    "provider.json": { identityProvider: "local", issuer: provider.issuer, audience: "sallyport" },
    "policy.json": contractPolicy,
    ...options.documents,
  };
  const road = opened.use(
    await startProtocolRoad({
      folder,
      certificates,
      adapters: [driver.adapter],
      documents: Object.fromEntries(Object.entries(documents).filter(([, each]) => each !== undefined)),
      tickets: options.tickets,
      allow: [`127.0.0.1:${link.port}`],
      tunnel: options.tunnel,
      limits: options.limits,
      plaintext: options.plaintext,
      leadingTo: options.leadingTo,
      api: options.api,
    }),
  );
  // The agent looks at a new connection's health at once; what it does there is not to be mistaken for a session's.
  const isWatched = options.tunnel !== "local" && documents["connection.json"] !== undefined;
  if (isWatched) await until(() => road.log.lines.some(({ event }) => /^connection\.(un)?healthy$/.test(event)));
  // So does the gateway's own agent, where clients are told what server they get.
  const isLookedAt =
    options.tunnel === "local" && driver.adapter.greetsAsServer && documents["connection.json"] !== undefined;
  if (isLookedAt) await until(() => link.accepted > 0 && link.connections.length === 0);
  // last: some live for seconds only
  const { ticket: minted, secret } = await mintTicket({
    principal: { name: "bob", kind: "human", groups: ["engineers"], claims: {} },
    connection: "shop",
    expires: new Date(Date.now() + (options.ticketLifeMs ?? TICKET_LIFE_MS)),
  });
  await road.addTicket(minted);
  const port = road.portOf(driver.adapter.id);
  const ticket = { user: minted.name, database: undefined, secret: secret.reveal() };
  const everything = opened.move();
  return {
    road,
    link,
    provider,
    port,
    ticket,
    connection,
    logIn: (changes) => driver.logIn(port, { ...ticket, ...changes }),
    tokenLogin: async (changes) => ({ user: "alice", database: "shop", secret: await signToken(provider, changes) }),
    native: (code) => driver.adapter.nativeErrors[code],
    toldIdle: (code) => (driver.speaksUnasked ? [driver.adapter.nativeErrors[code]] : []),
    recorded: () => readRecordings(road.recordings),
    loseAgent: () => loseAgent(road),
    drainAgent: () => void road.agent?.drain(AGENT_DRAIN_MS),
    breakRecordings: async () => {
      await rm(road.recordings, { recursive: true, force: true });
      await writeFile(road.recordings, "in the way");
    },
    allGone: () => until(() => road.gateway.sessions.size === 0 && link.connections.length === 0),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function loseAgent({ agent, gateway }: ProtocolRoad): Promise<void> {
  const [tunnel] = gateway.tunnels.tunnels;
  if (agent === undefined) tunnel?.close(new GatewayError("tunnel/agent-lost", "ended by the test"));
  else await agent.stop();
  await until(() => gateway.tunnels.tunnels.length === 0);
}

/** In the order in which they were begun. */
function readRecordings(folder: string): readonly (readonly RecordedLine[])[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => readFileSync(join(folder, name), "utf8").trimEnd())
    .toSorted()
    .map((text) => text.split("\n").map(readLine));
}

function readLine(line: string): RecordedLine {
  const value: unknown = JSON.parse(line);
  if (typeof value === "object" && value !== null && "type" in value && typeof value.type === "string")
    return { ...value, type: value.type };
  throw new Error(`${line} is no line of a recording`);
}
