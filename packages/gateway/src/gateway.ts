import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { Readiness } from "./api/readiness.ts";
import { openGatewayApi } from "./api/open-gateway-api.ts";
import type { ApiServer } from "./api/start-api.ts";
import { CatalogDesk } from "./catalog/catalog-desk.ts";
import type { GatewayConfig } from "./config.ts";
import type { EnrolmentDesk } from "./enrolment/enrolment-desk.ts";
import { openGatewayTrust, type GatewayTrust, type TrustOptions } from "./enrolment/gateway-trust.ts";
import type { ServerCertificate } from "./enrolment/presented-certificate.ts";
import { openEvents, type Events } from "./events/events.ts";
import { tellOfChanges } from "./events/tell-of-changes.ts";
import { toldLogins } from "./events/told-logins.ts";
import { toldRecordings } from "./events/told-recordings.ts";
import { Admission } from "./listener/admission.ts";
import { doorCertificateOf } from "./listener/door-certificate.ts";
import { startListener, type Listener } from "./listener/listener.ts";
import { Reception } from "./listener/reception.ts";
import type { Log } from "./log.ts";
import { createLoginDesk } from "./login/login-desk.ts";
import { createRateLimiter } from "./login/rate-limiter.ts";
import { createTokenVerifier, type TokenVerifier } from "./login/token-verifier.ts";
import { countedLogins } from "./metrics/counted-logins.ts";
import { countedRecordings } from "./metrics/counted-recordings.ts";
import { createGatewayMetrics, type GatewayMetrics } from "./metrics/gateway-metrics.ts";
import { createPolicyEngine, type PolicyEngine } from "./policy/policy-engine.ts";
import { readMaskKey } from "./policy/read-mask-key.ts";
import { createFileRecorder } from "./recording/file-recorder.ts";
import { openRelay } from "./replicas/open-relay.ts";
import { CancelElsewhere } from "./session/cancel-elsewhere.ts";
import { createOwnKeys } from "./session/own-keys.ts";
import type { SessionMeans } from "./session/session.ts";
import { drainSessions } from "./session/drain-sessions.ts";
import { followSessionControl } from "./session/session-control.ts";
import { createVisitors } from "./session/visitors.ts";
import { SessionRegistry } from "./session/session-registry.ts";
import { openPostgresStore, type PostgresStoreOptions } from "./store/postgres/open-postgres-store.ts";
import type { StateStore } from "./store/state-store.ts";
import type { Store } from "./store/store.ts";
import { whileReadable } from "./store/while-readable.ts";
import { likelyServers } from "./listener/likely-servers.ts";
import { healthTargets } from "./tunnel/health-targets.ts";
import { knownAgent } from "./tunnel/known-agent.ts";
import type { LocalTunnelOptions } from "./tunnel/local-tunnel.ts";
import { openLocalAgent } from "./tunnel/open-local-agent.ts";
import { lookAtServers } from "./tunnel/look-at-servers.ts";
import { reportPresence } from "./tunnel/report-presence.ts";
import { TunnelRegistry } from "./tunnel/tunnel-registry.ts";
import { createUnseal } from "./tunnel/unseal.ts";
import { startTunnelServer, type TunnelServer, type TunnelServerOptions } from "./tunnel/tunnel-server.ts";

const OWN_KEY_BYTES = 32;
const MOCK_KEY_BYTES = 32;
const CANCEL_KEY_BYTES = 32;

export interface GatewayOptions {
  readonly config: GatewayConfig;
  /** Of the database that everything is kept in, with the user and password in it. */
  readonly databaseUrl: Secret<string>;
  readonly adapters: readonly ProtocolAdapter[];
  readonly log: Log;
  /** An agent in this process, beside those that dial in. */
  readonly localAgent?: LocalTunnelOptions;
  /** How soon a silent database, agent or request is given up. What tests shorten, and leave alone otherwise. */
  readonly storeTimes?: Pick<PostgresStoreOptions, "heartbeat" | "pingEveryMs" | "startWithinMs">;
  readonly apiTimes?: { readonly requestTimeoutMs: number };
  readonly certificateTimes?: TrustOptions["certificateTimes"];
  readonly tunnelTimes?: { readonly pingEveryMs: number; readonly leaseMs: number };
}

/** A running gateway. */
export interface Gateway extends AsyncDisposable {
  readonly store: StateStore;
  readonly listeners: readonly Listener[];
  /** Where agents dial in, if they may. */
  readonly tunnelPort: number | undefined;
  /** Undefined where the configuration has none. */
  readonly api: ApiServer | undefined;
  /** What /readyz tells. */
  readonly readiness: Readiness;
  /** Lets agents in by tokens; undefined where none may dial in. */
  readonly enrolment: EnrolmentDesk | undefined;
  /** What it seals, signs and presents with. */
  readonly trust: GatewayTrust;
  readonly sessions: SessionRegistry;
  readonly tunnels: TunnelRegistry;
  /**
   * Takes no new clients, and ends the sessions that there are: each as soon as its client loses nothing by it. Resolves when the last is gone, or when
   * there is no more time. `close` comes behind it.
   */
  drain(withinMs: number): Promise<void>;
  /** Ends every session with a reason, and then everything else. */
  close(): Promise<void>;
}

/** Opens the store, then the tunnel, and the doors for clients last, so that nobody is let in who cannot be served. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, adapters, log, localAgent, tunnelTimes = {} } = options;
  await using opened = new AsyncDisposableStack();
  const store = opened.use(
    await openPostgresStore({
      url: options.databaseUrl,
      log,
      protocols: adapters.map(({ id }) => id),
      staleMs: config.state.staleSeconds * 1_000,
      ...options.storeTimes,
    }),
  );
  const tunnels = new TunnelRegistry(log);
  const metrics = createGatewayMetrics({
    tunnelGroups: () => tunnels.tunnels.map(({ group }) => group),
    isStoreReachable: () => isReachable(store),
  });
  const events = opened.use(await openEvents(config.events, { log, metrics }));
  opened.defer(tellOfChanges(store.audit, events));
  const trust = opened.use(await openGatewayTrust({ config, store, log, certificateTimes: options.certificateTimes }));
  const unseal = createUnseal(trust.credentials);
  const sessions = new SessionRegistry();
  if (localAgent !== undefined) opened.use(openLocalAgent({ ...localAgent, unseal }, tunnels));
  const enrolment =
    config.tunnel === undefined
      ? undefined
      : trust.enrolment({ api: () => api?.port, tunnel: () => tunnelServer?.port ?? 0 });
  const more = { registry: tunnels, log, unseal, ...renewing(enrolment), ...tunnelTimes };
  const tunnelServer = await listenForAgents(config, store, trust, more);
  if (tunnelServer !== undefined) {
    opened.use(tunnelServer);
    opened.defer(trust.tunnel.onChanged((tls) => tunnelServer.changeTls(tls)));
  }
  opened.defer(reportPresence(store, tunnels));
  const { authority } = trust;
  const { relay: relayConfig } = config;
  const relayMeans = { store, tunnels, authority, log, certificateTimes: options.certificateTimes, ...tunnelTimes };
  const relay = relayConfig && opened.use(await openRelay({ config: relayConfig, ...relayMeans }));
  const groups = () => groupsToLookAt(localAgent, tunnels);
  opened.defer(lookAtServers({ store, tunnels, adapters, groups }));
  const policy = createPolicyEngine(store, () => new Date(), await readMaskKey(config.masks?.keyFile));
  const catalogs = new CatalogDesk({ tunnels, log });
  opened.defer(() => catalogs.close());
  const mockKey = await store.sharedKeys.ensure("ticket-challenges", MOCK_KEY_BYTES);
  const visitors = createVisitors(store);
  const verifier = createTokenVerifier({ store });
  const listeners: Listener[] = [];
  const readiness = createReadiness(config, store, listeners);
  const shared = { store, verifier, policy, tunnels, catalogs, metrics, readiness, listeners, adapters, log };
  const { door, credentials } = trust;
  const api = await openGatewayApi(config, { ...shared, door, credentials, enrolment, ...options.apiTimes });
  if (api !== undefined) opened.use(api);
  const { control, replicas } = store;
  const key = await store.sharedKeys.ensure("session-cancels", CANCEL_KEY_BYTES);
  const cancelElsewhere = opened.use(new CancelElsewhere({ control, replicas, sessions, key, log }));
  const means = createSessionMeans(
    config,
    policy,
    mockKey,
    { metrics, events },
    {
      verifier,
      store,
      visitors,
      registry: sessions,
      cancelElsewhere,
      tunnels,
      catalogs,
      log,
    },
  );
  opened.defer(() => sessions.endAll(shuttingDown()));
  opened.defer(followSessionControl(store.control, sessions));
  await listenForClients({ config, adapters, means, metrics, listeners, door: trust.door }, opened);
  opened.defer(
    store.onChange(() => {
      whileReadable(store, () => {
        const { connections } = store.snapshot();
        tunnels.keepServersOf(connections);
        catalogs.keepConnections(connections);
        tunnelServer?.recheck();
        for (const session of sessions.all()) session.recheckAccess();
      });
    }),
  );
  const everything = opened.move();
  const drain = async (withinMs: number): Promise<void> => {
    readiness.add("stopping", () => "the gateway is told to stop");
    for (const listener of listeners) listener.close();
    tunnelServer?.drain();
    // a store that is away cannot be told, and is no reason to stay
    const announced = store.replicas.announce({ draining: true }).catch(() => undefined);
    const passedOn = Promise.race([relay?.drain(withinMs), delay(withinMs, undefined, { ref: false })]);
    await Promise.all([announced, drainSessions(sessions, shuttingDown(), withinMs), passedOn]);
  };
  const close = (): Promise<void> => {
    readiness.add("stopping", () => "the gateway is told to stop");
    return everything.disposeAsync();
  };
  return {
    store,
    listeners,
    tunnelPort: tunnelServer?.port,
    api,
    readiness,
    enrolment,
    trust,
    sessions,
    tunnels,
    drain,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function listenForAgents(
  { tunnel }: GatewayConfig,
  store: StateStore,
  trust: GatewayTrust,
  more: Pick<TunnelServerOptions, "registry" | "log" | "unseal" | "renew" | "pingEveryMs" | "leaseMs">,
): Promise<TunnelServer | undefined> {
  if (tunnel === undefined) return undefined;
  return await startTunnelServer({
    listen: tunnel,
    tls: trust.tunnel.current(),
    replica: store.replicas.own,
    agentFor: ({ fingerprint }, before) => knownAgent(store.snapshot(), fingerprint, before),
    healthTargets: (group) => healthTargets(store.snapshot(), group),
    ...more,
  });
}

function createSessionMeans(
  config: GatewayConfig,
  policy: PolicyEngine,
  mockKey: Buffer,
  { metrics, events }: { readonly metrics: GatewayMetrics; readonly events: Events },
  {
    verifier,
    ...shared
  }: { readonly verifier: TokenVerifier } & Pick<
    SessionMeans,
    "store" | "visitors" | "registry" | "cancelElsewhere" | "tunnels" | "catalogs" | "log"
  >,
): SessionMeans {
  const { store, log } = shared;
  const loginMs = config.limits.loginSeconds * 1_000;
  const desk = createLoginDesk({
    store,
    policy,
    verifier,
    rateLimiter: createRateLimiter(),
    log,
    mockKey,
    timeoutMs: loginMs,
  });
  const ownKeys = createOwnKeys(new Secret(randomBytes(OWN_KEY_BYTES)));
  const recorder = toldRecordings(countedRecordings(createFileRecorder(config.recordings), metrics), events);
  return { ...shared, desk: toldLogins(countedLogins(desk, metrics), events), recorder, ownKeys, loginMs };
}

/** What is opened for clients, and where it is noted. */
interface ClientDoors {
  readonly config: GatewayConfig;
  readonly adapters: readonly ProtocolAdapter[];
  readonly means: SessionMeans;
  readonly metrics: GatewayMetrics;
  readonly listeners: Listener[];
  readonly door: ServerCertificate;
}

async function listenForClients(
  { config, adapters, means, metrics, listeners, door }: ClientDoors,
  opened: AsyncDisposableStack,
): Promise<void> {
  const admission = new Admission(config.limits);
  let certificate = doorCertificateOf(door.current);
  opened.defer(
    door.onRenewed((renewed) => {
      certificate = doorCertificateOf(renewed);
    }),
  );
  for (const { protocol, host, port, connection, plaintext } of config.listeners) {
    const adapter = adapters.find(({ id }) => id === protocol);
    if (adapter === undefined) throw unknownProtocol(protocol, adapters);
    const reception = new Reception({
      adapter,
      certificate: () => certificate,
      plaintext,
      admission,
      connection,
      likelyServers: () => likelyServers({ protocol, connection }, means),
      means,
      maxMessageBytes: config.limits.loginMessageBytes,
    });
    const listener = await startListener({
      adapter,
      host,
      port,
      onConnection: (socket) => {
        metrics.connected(protocol, socket);
        reception.receive(socket);
      },
      onError: ({ message }) => means.log.error("connection.not-taken", { protocol, host, reason: message }),
    });
    opened.defer(() => listener.close());
    means.log.info("listener.opened", { protocol, host, port: listener.port });
    listeners.push(listener);
  }
}

/** Where nobody is asked how the servers are: at this process's own agent, and where only other replicas have agents. */
function groupsToLookAt(localAgent: LocalTunnelOptions | undefined, tunnels: TunnelRegistry): Iterable<string> {
  const own = tunnels.groups;
  const others = tunnels.replicas.flatMap(({ served }) => [...served]).filter((group) => !own.has(group));
  return new Set(localAgent === undefined ? others : [localAgent.group, ...others]);
}

/** Who lets agents in by tokens renews their certificates too. */
function renewing(enrolment: EnrolmentDesk | undefined): Pick<TunnelServerOptions, "renew"> {
  return enrolment === undefined ? {} : { renew: (agent, request) => enrolment.renew(agent, request) };
}

/** What a gateway needs in order to take sessions. */
function createReadiness(config: GatewayConfig, store: Store, listeners: readonly Listener[]): Readiness {
  const readiness = new Readiness();
  readiness.add("store", () => (isReachable(store) ? undefined : "the gateway's database does not answer"));
  readiness.add("documents", () => void store.snapshot());
  readiness.add("listeners", () => {
    const missing = config.listeners.length - listeners.length;
    return missing > 0 ? `${missing} of ${config.listeners.length} are not open` : undefined;
  });
  return readiness;
}

function isReachable(store: Store): boolean {
  try {
    store.assertReachable();
    return true;
  } catch {
    return false;
  }
}

function unknownProtocol(protocol: string, adapters: readonly ProtocolAdapter[]): GatewayError {
  const known = adapters.map(({ id }) => id).join(", ");
  return new GatewayError(
    "internal/unexpected",
    `a listener names the protocol "${protocol}"; this gateway speaks ${known}`,
  );
}

function shuttingDown(): GatewayError {
  return new GatewayError("gateway/shutting-down", "the gateway is closing");
}
