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

/** Which server a connection leads to: what was learned of it is worth nothing once its document names another. */
export type ServerPlace = Pick<ConnectionDocument, "connection" | "protocol" | "agentGroup" | "server">;

/** The tunnels that are online, by agent group. */
export class TunnelRegistry {
  readonly #byAgent = new Map<string, RegisteredTunnel>();
  /** Kept when an agent is lost: the server is still the same. */
  readonly #servers = new Map<string, { readonly place: ServerPlace; readonly facts: ServerFacts }>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Takes a tunnel that is online. The agent's newest wins, so that a half-open predecessor never locks it out. */
  add(tunnel: RegisteredTunnel): void {
    const current = this.#byAgent.get(tunnel.agent);
    if (current !== undefined && current !== tunnel) {
      const currentIsNewer = current.instance === tunnel.instance && current.epoch > tunnel.epoch;
      const [winner, loser] = currentIsNewer ? [current, tunnel] : [tunnel, current];
      this.#log.warn("tunnel.superseded", { agent: tunnel.agent, group: tunnel.group, sessions: loser.sessionCount });
      this.#byAgent.set(tunnel.agent, winner);
      loser.close(new GatewayError("tunnel/agent-lost", `agent ${tunnel.agent} has a newer tunnel`));
      if (currentIsNewer) return;
    }
    this.#byAgent.set(tunnel.agent, tunnel);
    void tunnel.closed.then(() => {
      if (this.#byAgent.get(tunnel.agent) === tunnel) this.#byAgent.delete(tunnel.agent);
    });
  }

  /** The tunnel for a new session: one that saw the connection healthy rather than one that has not looked, and that rather than one that saw it fail; then the least loaded. Throws `tunnel/no-agent`. */
  choose(group: string, connection?: string): Tunnel {
    const candidates = [...this.#byAgent.values()].filter((tunnel) => tunnel.group === group && !tunnel.isDraining);
    const [best] = candidates.toSorted(
      (left, right) =>
        healthRank(left, connection) - healthRank(right, connection) || left.sessionCount - right.sessionCount,
    );
    if (best === undefined) throw new GatewayError("tunnel/no-agent", `no agent of group ${group} is online`);
    return best;
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

  /** Every tunnel that is online, for showing. */
  get tunnels(): readonly RegisteredTunnel[] {
    return [...this.#byAgent.values()];
  }
}

function healthRank(tunnel: RegisteredTunnel, connection: string | undefined): number {
  const healthy = connection === undefined ? undefined : tunnel.isHealthy(connection);
  if (healthy === undefined) return 1;
  return healthy ? 0 : 2;
}
