import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import { createGatewayReadiness, isReachable } from "./api/gateway-readiness.ts";
import { openGatewayApi } from "./api/open-gateway-api.ts";
import type { Readiness } from "./api/readiness.ts";
import type { ApiServer } from "./api/start-api.ts";
import { CatalogDesk } from "./catalog/catalog-desk.ts";
import type { GatewayConfig } from "./config.ts";
import type { EnrolmentDesk } from "./enrolment/enrolment-desk.ts";
import { openGatewayTrust, type GatewayTrust, type TrustOptions } from "./enrolment/gateway-trust.ts";
import { openEvents } from "./events/events.ts";
import { tellOfChanges } from "./events/tell-of-changes.ts";
import { listenForClients } from "./listener/listen-for-clients.ts";
import type { Listener } from "./listener/listener.ts";
import type { Log } from "./log.ts";
import { createTokenVerifier } from "./login/token-verifier.ts";
import { createGatewayMetrics, type GatewayMetrics } from "./metrics/gateway-metrics.ts";
import { metricsOfAll } from "./metrics/metrics-of-all.ts";
import { createPolicyEngine } from "./policy/policy-engine.ts";
import { readMaskKey } from "./policy/read-mask-key.ts";
import { createSessionMeans } from "./session/create-session-means.ts";
import { drainSessions } from "./session/drain-sessions.ts";
import { followSessionControl } from "./session/session-control.ts";
import { SessionRegistry } from "./session/session-registry.ts";
import { openPostgresStore, type PostgresStoreOptions } from "./store/postgres/open-postgres-store.ts";
import type { StateStore } from "./store/state-store.ts";
import { whileReadable } from "./store/while-readable.ts";
import type { LocalTunnelOptions } from "./tunnel/local-tunnel.ts";
import { openTunnels, type Tunnels } from "./tunnel/open-tunnels.ts";
import { TunnelRegistry } from "./tunnel/tunnel-registry.ts";
import type { WorkerMeans } from "./worker-means.ts";

export interface GatewayOptions {
  readonly config: GatewayConfig;
  /** Of the database that everything is kept in, with the user and password in it. */
  readonly databaseUrl: Secret<string>;
  readonly adapters: readonly ProtocolAdapter[];
  readonly log: Log;
  /** An agent in this process, beside those that dial in. */
  readonly localAgent?: LocalTunnelOptions;
  /** Left out: this gateway has its ports and folders for itself. */
  readonly worker?: WorkerMeans;
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
  /** What this process has counted. */
  readonly metrics: GatewayMetrics;
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

/** Opens the store, then the ways to agents, and the doors for clients last, so that nobody is let in who cannot be served. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, adapters, log, localAgent, worker, certificateTimes } = options;
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
  const registry = new TunnelRegistry(log);
  const metrics = createGatewayMetrics({
    tunnelGroups: () => registry.tunnels.map(({ group }) => group),
    isStoreReachable: () => isReachable(store),
    worker: worker?.number,
  });
  const events = opened.use(await openEvents(config.events, { log, metrics }));
  opened.defer(tellOfChanges(store.audit, events));
  const trust = opened.use(await openGatewayTrust({ config, store, log, certificateTimes }));
  const enrolment: EnrolmentDesk | undefined =
    config.tunnel === undefined
      ? undefined
      : trust.enrolment({ api: () => api?.port, tunnel: (): number => tunnels.port ?? 0 });
  const times = options.tunnelTimes ?? {};
  const ways = { config, registry, store, trust, adapters, localAgent, enrolment, log, certificateTimes, times };
  const tunnels: Tunnels = opened.use(await openTunnels(ways));
  const policy = createPolicyEngine(store, () => new Date(), await readMaskKey(config.masks?.keyFile, worker?.maskKey));
  const catalogs = new CatalogDesk({ tunnels: registry, log });
  opened.defer(() => catalogs.close());
  const verifier = createTokenVerifier({ store });
  const listeners: Listener[] = [];
  const readiness = createGatewayReadiness(config, store, listeners);
  const { door, credentials } = trust;
  const shared = { store, verifier, policy, tunnels: registry, catalogs, log };
  const api = await openGatewayApi(config, {
    ...shared,
    readiness,
    listeners,
    adapters,
    metrics: metricsOfAll(metrics, worker),
    door,
    credentials,
    enrolment,
    sharedSocket: worker?.apiSocket,
    ...options.apiTimes,
  });
  if (api !== undefined) opened.use(api);
  const sessions = new SessionRegistry();
  const means = opened.use(await createSessionMeans({ ...shared, config, registry: sessions, metrics, events }));
  opened.defer(() => sessions.endAll(shuttingDown()));
  opened.defer(followSessionControl(store.control, sessions));
  opened.use(await listenForClients({ config, adapters, means, metrics, listeners, door }));
  opened.defer(
    store.onChange(() => {
      whileReadable(store, () => {
        const { connections } = store.snapshot();
        registry.keepServersOf(connections);
        catalogs.keepConnections(connections);
        tunnels.recheck();
        for (const session of sessions.all()) session.recheckAccess();
      });
    }),
  );
  const everything = opened.move();
  const drain = async (withinMs: number): Promise<void> => {
    readiness.add("stopping", () => "the gateway is told to stop");
    for (const listener of listeners) listener.close();
    // a store that is away cannot be told, and is no reason to stay
    const announced = store.replicas.announce({ draining: true }).catch(() => undefined);
    await Promise.all([announced, tunnels.drain(withinMs), drainSessions(sessions, shuttingDown(), withinMs)]);
  };
  const close = (): Promise<void> => {
    readiness.add("stopping", () => "the gateway is told to stop");
    return everything.disposeAsync();
  };
  return {
    store,
    listeners,
    tunnelPort: tunnels.port,
    api,
    readiness,
    enrolment,
    trust,
    metrics,
    sessions,
    tunnels: registry,
    drain,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function shuttingDown(): GatewayError {
  return new GatewayError("gateway/shutting-down", "the gateway is closing");
}
