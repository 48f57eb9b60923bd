import { isDeepStrictEqual } from "node:util";
import { GatewayError } from "@sallyport/shared/errors";
import { factsFault } from "@sallyport/shared/tunnel/facts-fault";
import type { Log } from "@sallyport/shared/log";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import type { Tunnel } from "@sallyport/shared/tunnel/tunnel";
import type { ConnectionDocument } from "../store/documents/connection.ts";

/** A tunnel as the registry weighs it against others. */
export interface RegisteredTunnel extends Tunnel {
  /** Random, one per agent process. */
  readonly instance: string;
  /** Counts the tunnels of one instance. */
  readonly epoch: number;
  readonly sessionCount: number;
  /** The agent takes no new sessions. */
  readonly isDraining: boolean;
  /** Whether the agent's last check of a connection succeeded; undefined where there was none. */
  isHealthy(connection: string): boolean | undefined;
  /** Ends the tunnel and breaks its sessions. */
  close(reason: GatewayError): void;
}

/** A tunnel to another replica, which passes sessions on to its own agents. */
export interface ReplicaTunnel extends RegisteredTunnel {
  /** The groups that it has agents of. */
  readonly served: ReadonlySet<string>;
  /** It has said so. */
  readonly hasTold: boolean;
}

/** Which server a connection leads to: what was learned of it is worth nothing once its document names another. */
export type ServerPlace = Pick<ConnectionDocument, "connection" | "protocol" | "agentGroup" | "server">;

/** The tunnels that are online: to agents, and to replicas that have other agents. */
export class TunnelRegistry {
  readonly #byAgent = new Map<string, RegisteredTunnel>();
  readonly #byReplica = new Map<string, ReplicaTunnel>();
  readonly #listeners = new Set<() => void>();
  /** Kept when an agent is lost: the server is still the same. */
  readonly #servers = new Map<string, { readonly place: ServerPlace; readonly facts: ServerFacts }>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Takes a tunnel to an agent that is online. */
  add(tunnel: RegisteredTunnel): void {
    this.#takeNewest(this.#byAgent, tunnel);
  }

  /** Takes a tunnel to another replica. */
  addReplica(tunnel: ReplicaTunnel): void {
    this.#takeNewest(this.#byReplica, tunnel);
  }

  /** A tunnel serves more or less than before. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Calls back when a tunnel has come, gone or changed what it serves. Returns how to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The newest of the same agent wins, so that a half-open predecessor never locks it out. */
  #takeNewest<Kind extends RegisteredTunnel>(tunnels: Map<string, Kind>, tunnel: Kind): void {
    const current = tunnels.get(tunnel.agent);
    if (current !== undefined && current !== tunnel) {
      const currentIsNewer = current.instance === tunnel.instance && current.epoch > tunnel.epoch;
      const [winner, loser] = currentIsNewer ? [current, tunnel] : [tunnel, current];
      this.#log.warn("tunnel.superseded", { agent: tunnel.agent, group: tunnel.group, sessions: loser.sessionCount });
      tunnels.set(tunnel.agent, winner);
      loser.close(new GatewayError("tunnel/agent-lost", `agent ${tunnel.agent} has a newer tunnel`));
      if (currentIsNewer) return;
    }
    tunnels.set(tunnel.agent, tunnel);
    this.changed();
    void tunnel.closed.then(() => {
      if (tunnels.get(tunnel.agent) !== tunnel) return;
      tunnels.delete(tunnel.agent);
      this.changed();
    });
  }

  /** The tunnel for a new session: to an agent, or where this replica has none of the group, through another that has. Throws `tunnel/no-agent`. */
  choose(group: string, connection?: string): Tunnel {
    const found = this.chooseAgent(group, connection) ?? this.#chooseReplica(group);
    if (found === undefined) throw new GatewayError("tunnel/no-agent", `no agent of group ${group} is online`);
    return found;
  }

  /** One that saw the connection healthy rather than one that has not looked, and that rather than one that saw it fail; then the least loaded. */
  chooseAgent(group: string, connection?: string): Tunnel | undefined {
    const candidates = [...this.#byAgent.values()].filter((tunnel) => tunnel.group === group && !tunnel.isDraining);
    const [best] = candidates.toSorted(
      (left, right) =>
        healthRank(left, connection) - healthRank(right, connection) || left.sessionCount - right.sessionCount,
    );
    return best;
  }

  #chooseReplica(group: string): Tunnel | undefined {
    const candidates = this.replicas.filter(({ served, isDraining }) => served.has(group) && !isDraining);
    const [best] = candidates.toSorted((left, right) => left.sessionCount - right.sessionCount);
    return best === undefined ? undefined : throughReplica(best, group);
  }

  /** Takes note of what a connection's server says about itself, unless nobody should be told that. */
  learned({ connection, protocol, agentGroup, server }: ServerPlace, facts: ServerFacts): void {
    if (factsFault(facts) !== undefined) return;
    this.#servers.set(connection, { place: { connection, protocol, agentGroup, server }, facts });
  }

  /** What is known of a connection's server, for clients that want to hear of it before they log in. */
  serverOf({ connection, protocol, agentGroup, server }: ServerPlace): ServerFacts | undefined {
    const known = this.#servers.get(connection);
    if (known?.place.protocol !== protocol || known.place.agentGroup !== agentGroup) return undefined;
    return isDeepStrictEqual(known.place.server, server) ? known.facts : undefined;
  }

  /** Forgets the servers of connections that are no more. */
  keepServersOf(connections: ReadonlyMap<string, unknown>): void {
    for (const connection of this.#servers.keys()) if (!connections.has(connection)) this.#servers.delete(connection);
  }

  /** Every agent's tunnel that is online. */
  get tunnels(): readonly RegisteredTunnel[] {
    return [...this.#byAgent.values()];
  }

  /** Every other replica's. */
  get replicas(): readonly ReplicaTunnel[] {
    return [...this.#byReplica.values()];
  }

  /** The groups that sessions can be opened for without another replica. */
  get groups(): ReadonlySet<string> {
    return new Set(this.tunnels.filter(({ isDraining }) => !isDraining).map(({ group }) => group));
  }
}

/** The replica has agents of several groups, and is told which one is meant. */
export function throughReplica(tunnel: ReplicaTunnel, group: string): Tunnel {
  return {
    agent: tunnel.agent,
    group,
    closed: tunnel.closed,
    open: (request, signal) => tunnel.open({ ...request, agentGroup: group }, signal),
    cancel: (session) => tunnel.cancel(session),
  };
}

function healthRank(tunnel: RegisteredTunnel, connection: string | undefined): number {
  const healthy = connection === undefined ? undefined : tunnel.isHealthy(connection);
  if (healthy === undefined) return 1;
  return healthy ? 0 : 2;
}
