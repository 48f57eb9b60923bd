import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { startAgent, type Agent } from "@sallyport/agent/agent";
import { agentConfig } from "@sallyport/agent/config";
import { openEnrolledIdentity, type EnrolledIdentity } from "@sallyport/agent/enrolment/enrolled-identity";
import { gatewayConfig, type GatewayConfigInput } from "@sallyport/gateway/config";
import { startGateway, type Gateway, type GatewayOptions } from "@sallyport/gateway/gateway";
import { pg } from "@sallyport/protocol-pg/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { testActor } from "./apply-to-store.ts";
import { memoryLog, type MemoryLog } from "./memory-log.ts";
import { openStateDatabase, type StateDatabase } from "./state-database.ts";
import { until } from "./until.ts";

/** A gateway without any certificate files, and what agents enrol at. */
export interface EnrolmentRig extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly database: StateDatabase;
  readonly log: MemoryLog;
  readonly folder: string;
  /** How many requests have reached it. */
  readonly requests: { count: number };
  /** What its API answers instead of enrolling, as when the answer is lost. */
  answers: { lost: boolean };
  mint(group?: string, lifetimeSeconds?: number): Promise<Secret<string>>;
  /** An identity in a folder of its own, or in that one. */
  enrol(token: Secret<string> | undefined, options?: EnrolOptions): Promise<EnrolledIdentity>;
  /** A running agent of an identity, online. */
  run(identity: EnrolledIdentity, log?: MemoryLog): Promise<Agent>;
}

export interface EnrolOptions {
  readonly state?: string;
  readonly name?: string;
  readonly log?: MemoryLog;
  readonly signal?: AbortSignal;
}

export interface EnrolmentRigOptions {
  readonly config?: Partial<GatewayConfigInput>;
  readonly database?: StateDatabase;
  readonly certificateTimes?: GatewayOptions["certificateTimes"];
  /** Of another gateway, whose state folder this one shares. */
  readonly stateFolder?: string;
}

/** Starts the gateway with its store in PostgreSQL, and an API that lets agents in and does nothing else. */
export async function startEnrolmentRig(options: EnrolmentRigOptions = {}): Promise<EnrolmentRig> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-enrolment-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const database = options.database ?? opened.use(await openStateDatabase());
  const log = memoryLog();
  const api = createServer({ minVersion: "TLSv1.2" });
  const apiPort = await listen(api);
  opened.defer(() => close(api));
  const config = gatewayConfig.parse({
    state: { folder: options.stateFolder ?? join(folder, "state") },
    recordings: join(folder, "recordings"),
    tls: { names: ["localhost"] },
    listeners: [{ protocol: pg.id, port: 0 }],
    tunnel: { port: 0 },
    ...options.config,
    enrolment: { url: `https://localhost:${apiPort}`, ...options.config?.enrolment },
  });
  const { certificateTimes } = options;
  const times = certificateTimes === undefined ? {} : { certificateTimes };
  const gateway = opened.use(await startGateway({ config, databaseUrl: database.url, adapters: [pg], log, ...times }));
  const present = ({ certificate: cert, key } = gateway.trust.door.current) => api.setSecureContext({ cert, key });
  present();
  opened.defer(gateway.trust.door.onRenewed(present));
  const requests = { count: 0 };
  const answers = { lost: false };
  serveEnrolment(api, gateway, requests, answers);
  const everything = opened.move();
  let lastState = 0;
  return {
    gateway,
    database,
    log,
    folder,
    requests,
    answers,
    mint: async (group = "vpc-1", lifetimeSeconds = 600) => {
      if (gateway.enrolment === undefined) throw new Error("no agents");
      return (await gateway.enrolment.mintToken({ group, lifetimeSeconds }, testActor)).token;
    },
    enrol: (token, { state, name, log: agentLog = memoryLog(), signal = new AbortController().signal } = {}) => {
      lastState += 1;
      const own = state ?? join(folder, `agent-${lastState}`);
      return openEnrolledIdentity({ state: own, token, name, log: agentLog, signal, random: () => 0 });
    },
    run: async (identity, agentLog = memoryLog()) => {
      const parsed = agentConfig.parse({ allow: ["127.0.0.1:*"], healthIntervalSeconds: 3_600 });
      const agent = startAgent(parsed, [pg], agentLog, { random: () => 0 }, identity);
      // both ends see a tunnel online at their own moment
      const isThere = () => gateway.tunnels.tunnels.some((tunnel) => tunnel.agent === identity.agent);
      await Promise.all([agent.online, until(isThere)]);
      return agent;
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

function serveEnrolment(
  api: Server,
  gateway: Gateway,
  requests: { count: number },
  answers: { readonly lost: boolean },
): void {
  api.on("request", (request, response) => {
    requests.count += 1;
    const answer = async () => {
      const { csr } = parsed(await text(request));
      const secret = new Secret((request.headers.authorization ?? "").replace("Bearer ", ""));
      return await gateway.enrolment?.enrol({ secret, csr }, request.socket.remoteAddress ?? "");
    };
    answer().then(
      (grant) => {
        if (answers.lost) response.destroy();
        else response.writeHead(201).end(JSON.stringify(grant));
      },
      (reason: unknown) => {
        const { code, detail, summary } = GatewayError.from(reason);
        response.writeHead(400).end(JSON.stringify({ code, detail: detail ?? summary }));
      },
    );
  });
}

function parsed(body: string): { readonly csr: string } {
  const value: unknown = JSON.parse(body);
  if (typeof value === "object" && value !== null && "csr" in value && typeof value.csr === "string")
    return { csr: value.csr };
  throw new Error("no request");
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
