import { randomUUID } from "node:crypto";
import { dialTunnel } from "@sallyport/shared/tunnel/dial-tunnel";
import type { GatewayConfig } from "../config.ts";
import type { OwnAuthority } from "../enrolment/own-authority.ts";
import type { PresentedCertificate } from "../enrolment/presented-certificate.ts";
import type { ServerCertificateOptions } from "../enrolment/server-certificate.ts";
import type { Log } from "../log.ts";
import type { StateStore } from "../store/state-store.ts";
import type { TunnelRegistry } from "../tunnel/tunnel-registry.ts";
import { startTunnelServer } from "../tunnel/tunnel-server.ts";
import { createPassedSessions } from "./passed-sessions.ts";
import { openRelayCertificate, relayName, replicaOf } from "./relay-certificate.ts";
import { whenTold } from "./when-told.ts";
import { ReplicaLinks, type Neighbour } from "./replica-links.ts";

/** To the tunnel's server a replica is an agent, of a group that no connection can name. */
const REPLICAS_GROUP = "(replicas)";
const NEWS = "replicas-changed";
/** How long a start waits to hear of the other replicas' agents. */
const TOLD_WITHIN_MS = 3_000;

export interface RelayOptions {
  readonly config: NonNullable<GatewayConfig["relay"]>;
  readonly store: StateStore;
  readonly tunnels: TunnelRegistry;
  readonly authority: OwnAuthority;
  readonly log: Log;
  readonly certificateTimes?: ServerCertificateOptions["times"];
  readonly times: { readonly pingEveryMs?: number; readonly leaseMs?: number };
}

/** This replica among the others. */
export interface Relay extends AsyncDisposable {
  /** Has the others end in time what it passes on for them. Resolves when that is gone. */
  drain(withinMs: number): Promise<void>;
}

/**
 * Opens sessions through replicas that have agents which this one has not, and opens sessions of its own agents for them. Each dials
 * each other one: who dials serves, as an agent does.
 */
export async function openRelay(options: RelayOptions): Promise<Relay> {
  const { config, store, tunnels, authority, log, certificateTimes, times } = options;
  const { own } = store.replicas;
  await using opened = new AsyncDisposableStack();
  const certificate = opened.use(await openRelayCertificate({ authority, replica: own, log, times: certificateTimes }));
  const tlsOf = (presented: PresentedCertificate) => ({ ...presented, ca: authority.trusted });
  const server = opened.use(
    await startTunnelServer({
      listen: config,
      replica: own,
      ofReplicas: true,
      tls: tlsOf(certificate.current),
      agentFor: (shown) => {
        const agent = replicaOf(shown);
        return agent === undefined ? undefined : { agent, group: REPLICAS_GROUP };
      },
      registry: {
        add: (tunnel) => tunnels.addReplica(tunnel),
        changed: () => tunnels.changed(),
        learned: () => undefined,
      },
      log,
      ...times,
    }),
  );
  opened.defer(certificate.onRenewed((renewed) => server.changeTls(tlsOf(renewed))));
  const sessions = createPassedSessions(tunnels);
  const instance = randomUUID();
  const dial = ({ id, address }: Neighbour, epoch: number, signal: AbortSignal) =>
    dialTunnel({
      material: { gateway: address, gatewayName: relayName(id), ...tlsOf(certificate.current) },
      registration: { agentVersion: "", protocols: [], instance, epoch, held: [] },
      opener: sessions,
      log,
      signal,
      ...times,
    });
  const list = () => store.replicas.list();
  const links = new ReplicaLinks({ own, list, dial, groups: () => tunnels.groups, log });
  opened.defer(() => links.close());
  opened.defer(tunnels.onChange(() => links.tellServing()));
  opened.defer(store.control.onMessage(({ kind }) => void (kind === NEWS && links.look())));
  await store.replicas.announce({ relayAddress: addressOf(config, server.port) });
  await store.control.send({ kind: NEWS });
  // a client that comes to this one first must not be told that nobody has an agent
  const others = (await list()).filter(({ id, relayAddress }) => id !== own && relayAddress !== undefined);
  await whenTold(
    others.map(({ id }) => id),
    tunnels,
    TOLD_WITHIN_MS,
  );
  const everything = opened.move();
  return {
    drain: (withinMs) => links.drain(withinMs),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

/** As gRPC writes it. */
function addressOf(config: RelayOptions["config"], port: number): string {
  if ("socket" in config) return `unix:${config.socket}`;
  const { host, address } = config;
  return address ?? (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);
}
