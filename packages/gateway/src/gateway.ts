import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { CatalogDesk } from "./catalog/catalog-desk.ts";
import type { GatewayConfig } from "./config.ts";
import { Admission } from "./listener/admission.ts";
import { loadDoorCertificate } from "./listener/door-certificate.ts";
import { startListener, type Listener } from "./listener/listener.ts";
import { Reception } from "./listener/reception.ts";
import type { Log } from "./log.ts";
import { createLoginDesk } from "./login/login-desk.ts";
import { createRateLimiter } from "./login/rate-limiter.ts";
import { createTokenVerifier } from "./login/token-verifier.ts";
import { createPolicyEngine, type PolicyEngine } from "./policy/policy-engine.ts";
import { readMaskKey } from "./policy/read-mask-key.ts";
import { createFileRecorder } from "./recording/file-recorder.ts";
import { createOwnKeys } from "./session/own-keys.ts";
import type { SessionMeans } from "./session/session.ts";
import { drainSessions } from "./session/drain-sessions.ts";
import { SessionRegistry } from "./session/session-registry.ts";
import { openFolderStore } from "./store/folder-store.ts";
import type { Store } from "./store/store.ts";
import { likelyServers } from "./listener/likely-servers.ts";
import { healthTargets } from "./tunnel/health-targets.ts";
import { createServerLook } from "./tunnel/look-at-servers.ts";
import { createLocalTunnel, type LocalTunnelOptions } from "./tunnel/local-tunnel.ts";
import { TunnelRegistry } from "./tunnel/tunnel-registry.ts";
import { startTunnelServer, type TunnelServer, type TunnelServerOptions } from "./tunnel/tunnel-server.ts";

const OWN_KEY_BYTES = 32;

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly adapters: readonly ProtocolAdapter[];
  readonly log: Log;
  /** An agent in this process, beside those that dial in. */
  readonly localAgent?: LocalTunnelOptions;
  /** How soon a silent agent is given up. What tests shorten, and leave alone otherwise. */
  readonly tunnelTimes?: { readonly pingEveryMs: number; readonly leaseMs: number };
}

/** A running gateway. */
export interface Gateway extends AsyncDisposable {
  readonly listeners: readonly Listener[];
  /** Where agents dial in, if they may. */
  readonly tunnelPort: number | undefined;
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
  const store = opened.use(await openFolderStore(config.store, { log, protocols: adapters.map(({ id }) => id) }));
  const sessions = new SessionRegistry();
  const tunnels = new TunnelRegistry(log);
  if (localAgent !== undefined) {
    const local = createLocalTunnel(localAgent);
    opened.defer(() => local.close(shuttingDown()));
    tunnels.add(local);
    const greeting = new Set(adapters.filter(({ greetsAsServer }) => greetsAsServer).map(({ id }) => id));
    const lookAtServers = createServerLook(local, tunnels);
    const look = (): void => {
      const targets = healthTargets(store.snapshot(), local.group);
      lookAtServers(targets.filter(({ protocol }) => greeting.has(protocol)));
    };
    look();
    opened.defer(store.onChange(() => whileReadable(store, look)));
  }
  const tunnelServer = await listenForAgents(config, store, { registry: tunnels, log, ...tunnelTimes });
  if (tunnelServer !== undefined) opened.use(tunnelServer);
  const policy = createPolicyEngine(store, () => new Date(), await readMaskKey(config.masks?.keyFile));
  const catalogs = new CatalogDesk({ tunnels, log });
  opened.defer(() => catalogs.close());
  const means = createSessionMeans(config, policy, { store, registry: sessions, tunnels, catalogs, log });
  opened.defer(() => sessions.endAll(shuttingDown()));
  const listeners = await listenForClients(config, adapters, means, opened);
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
  const close = (): Promise<void> => everything.disposeAsync();
  const drain = async (withinMs: number): Promise<void> => {
    for (const listener of listeners) listener.close();
    await drainSessions(sessions, shuttingDown(), withinMs);
  };
  return { listeners, tunnelPort: tunnelServer?.port, sessions, tunnels, drain, close, [Symbol.asyncDispose]: close };
}

async function listenForAgents(
  { tunnel }: GatewayConfig,
  store: Store,
  more: Pick<TunnelServerOptions, "registry" | "log" | "pingEveryMs" | "leaseMs">,
): Promise<TunnelServer | undefined> {
  if (tunnel === undefined) return undefined;
  const [ca, certificate, key] = await Promise.all([
    readFile(tunnel.caFile, "utf8"),
    readFile(tunnel.certificateFile, "utf8"),
    readFile(tunnel.keyFile, "utf8"),
  ]);
  return startTunnelServer({
    host: tunnel.host,
    port: tunnel.port,
    tls: { ca, certificate, key },
    agentFor: (fingerprint) => store.snapshot().agents.find(({ certificate: known }) => known === fingerprint),
    healthTargets: (group) => healthTargets(store.snapshot(), group),
    ...more,
  });
}

function createSessionMeans(
  config: GatewayConfig,
  policy: PolicyEngine,
  shared: Pick<SessionMeans, "store" | "registry" | "tunnels" | "catalogs" | "log">,
): SessionMeans {
  const { store, log } = shared;
  const loginMs = config.limits.loginSeconds * 1_000;
  const desk = createLoginDesk({
    store,
    policy,
    verifier: createTokenVerifier({ store }),
    rateLimiter: createRateLimiter(),
    log,
    timeoutMs: loginMs,
  });
  const ownKeys = createOwnKeys(new Secret(randomBytes(OWN_KEY_BYTES)));
  return { ...shared, desk, recorder: createFileRecorder(config.recordings), ownKeys, loginMs };
}

async function listenForClients(
  config: GatewayConfig,
  adapters: readonly ProtocolAdapter[],
  means: SessionMeans,
  opened: AsyncDisposableStack,
): Promise<readonly Listener[]> {
  const admission = new Admission(config.limits);
  const certificate = await loadDoorCertificate(config.tls);
  const listeners: Listener[] = [];
  for (const { protocol, host, port, connection, plaintext } of config.listeners) {
    const adapter = adapters.find(({ id }) => id === protocol);
    if (adapter === undefined) throw unknownProtocol(protocol, adapters);
    const reception = new Reception({
      adapter,
      certificate,
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
      onConnection: (socket) => reception.receive(socket),
      onError: ({ message }) => means.log.error("connection.not-taken", { protocol, host, reason: message }),
    });
    opened.defer(() => listener.close());
    means.log.info("listener.opened", { protocol, host, port: listener.port });
    listeners.push(listener);
  }
  return listeners;
}

/** While documents cannot be read, tunnels and sessions stay as they are: every statement is refused meanwhile. */
function whileReadable(store: Store, takeUp: () => void): void {
  try {
    store.snapshot();
  } catch {
    return;
  }
  takeUp();
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
