import { setTimeout as delay } from "node:timers/promises";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import type { GatewayConfig } from "../config.ts";
import type { EnrolmentDesk } from "../enrolment/enrolment-desk.ts";
import type { GatewayTrust, TrustOptions } from "../enrolment/gateway-trust.ts";
import type { Log } from "../log.ts";
import { openRelay } from "../replicas/open-relay.ts";
import type { StateStore } from "../store/state-store.ts";
import { healthTargets } from "./health-targets.ts";
import { knownAgent } from "./known-agent.ts";
import type { LocalTunnelOptions } from "./local-tunnel.ts";
import { lookAtServers } from "./look-at-servers.ts";
import { openLocalAgent } from "./open-local-agent.ts";
import { reportPresence } from "./report-presence.ts";
import type { TunnelRegistry } from "./tunnel-registry.ts";
import { startTunnelServer, type TunnelServer } from "./tunnel-server.ts";
import { createUnseal, type Unseal } from "./unseal.ts";

export interface TunnelsOptions {
  readonly config: Pick<GatewayConfig, "tunnel" | "relay">;
  /** Where the tunnels go as they come online. */
  readonly registry: TunnelRegistry;
  readonly store: StateStore;
  readonly trust: GatewayTrust;
  readonly adapters: readonly ProtocolAdapter[];
  readonly localAgent: LocalTunnelOptions | undefined;
  /** Who lets agents in by tokens renews their certificates too. */
  readonly enrolment: EnrolmentDesk | undefined;
  readonly log: Log;
  readonly certificateTimes: TrustOptions["certificateTimes"];
  readonly times: { readonly pingEveryMs?: number; readonly leaseMs?: number };
}

/** All the ways to agents: in this process, over their own tunnels, and through other replicas. */
export interface Tunnels extends AsyncDisposable {
  /** Where agents dial in, if they may. */
  readonly port: number | undefined;
  /** Looks every agent up again, after documents changed. */
  recheck(): void;
  /** Has agents look for another gateway, and other replicas' sessions end in time. Resolves when these are gone, or when there is no more time. */
  drain(withinMs: number): Promise<void>;
}

export async function openTunnels(options: TunnelsOptions): Promise<Tunnels> {
  const { config, registry, store, trust, adapters, localAgent, log, times } = options;
  await using opened = new AsyncDisposableStack();
  const unseal = createUnseal(trust.credentials);
  if (localAgent !== undefined) opened.use(openLocalAgent({ ...localAgent, unseal }, registry));
  const server = await listenForAgents(options, unseal);
  if (server !== undefined) {
    opened.use(server);
    opened.defer(trust.tunnel.onChanged((tls) => server.changeTls(tls)));
  }
  opened.defer(reportPresence(store, registry));
  const { authority } = trust;
  const { certificateTimes } = options;
  const relayMeans = { store, tunnels: registry, authority, log, certificateTimes, times };
  const relay = config.relay && opened.use(await openRelay({ config: config.relay, ...relayMeans }));
  opened.defer(lookAtServers({ store, tunnels: registry, adapters, groups: () => groupsToLookAt(options) }));
  const everything = opened.move();
  return {
    port: server?.port,
    recheck: () => server?.recheck(),
    async drain(withinMs) {
      server?.drain();
      await Promise.race([relay?.drain(withinMs), delay(withinMs, undefined, { ref: false })]);
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function listenForAgents(options: TunnelsOptions, unseal: Unseal): Promise<TunnelServer | undefined> {
  const { config, registry, store, trust, enrolment, log, times } = options;
  if (config.tunnel === undefined) return undefined;
  return await startTunnelServer({
    listen: config.tunnel,
    tls: trust.tunnel.current(),
    replica: store.replicas.own,
    agentFor: ({ fingerprint }, before) => knownAgent(store.snapshot(), fingerprint, before),
    healthTargets: (group) => healthTargets(store.snapshot(), group),
    registry,
    log,
    unseal,
    ...(enrolment === undefined ? {} : { renew: (agent, request) => enrolment.renew(agent, request) }),
    ...times,
  });
}

/** Where nobody is asked how the servers are: at this process's own agent, and where only other replicas have agents. */
function groupsToLookAt({ localAgent, registry }: TunnelsOptions): Iterable<string> {
  const own = registry.groups;
  const others = registry.replicas.flatMap(({ served }) => [...served]).filter((group) => !own.has(group));
  return new Set(localAgent === undefined ? others : [localAgent.group, ...others]);
}
