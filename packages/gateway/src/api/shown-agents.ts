import type { z } from "zod";
import type { AgentDocument } from "../store/documents/agent.ts";
import type { PresenceRow } from "../store/doors/agent-presence.ts";
import type { AgentRow } from "../store/doors/agents.ts";
import type { StoreSnapshot } from "../store/store.ts";
import { healthAt } from "../tunnel/report-presence.ts";
import type { RegisteredTunnel } from "../tunnel/tunnel-registry.ts";
import type { agent } from "./contract/agent.ts";

type ShownAgent = z.infer<typeof agent>;

/** What is known of agents, from the store and from this replica's own tunnels. */
export interface KnownAgents {
  readonly enrolled: readonly AgentRow[];
  readonly documents: readonly AgentDocument[];
  readonly present: readonly PresenceRow[];
  /** This replica, and who dialled it: what the store says of it may be a moment old. */
  readonly own: string;
  readonly tunnels: readonly RegisteredTunnel[];
  readonly snapshot: StoreSnapshot;
}

/** All agents with where they are online, and those that only are: an agent of the gateway's own process is registered nowhere. */
export function shownAgents(known: KnownAgents): readonly ShownAgent[] {
  const online = Map.groupBy(
    [
      ...known.present.filter(({ replica }) => replica !== known.own).map(elsewhere),
      ...known.tunnels.map((tunnel) => here(tunnel, known)),
    ],
    ({ name }) => name,
  );
  const presenceOf = (name: string): ShownAgent["online"] => (online.get(name) ?? []).map(({ presence }) => presence);
  const documented = known.documents.filter(({ agent }) => !known.enrolled.some(({ name }) => name === agent));
  return [
    ...known.enrolled.map((row) => ({ ...enrolledAgent(row), online: presenceOf(row.name) })),
    ...documented.map(({ agent: name, group, certificate: fingerprint }) => {
      return { name, group, source: "document" as const, fingerprint, online: presenceOf(name) };
    }),
  ];
}

function enrolledAgent(row: AgentRow): Omit<ShownAgent, "online"> {
  const { name, group, fingerprint, enrolledBy } = row;
  return {
    name,
    group,
    source: "enrolled",
    fingerprint,
    enrolledBy,
    enrolledAt: row.enrolledAt.toISOString(),
    renewedAt: row.renewedAt?.toISOString(),
    expires: row.expires.toISOString(),
    revokedAt: row.revokedAt?.toISOString(),
  };
}

interface Online {
  readonly name: string;
  readonly presence: ShownAgent["online"][number];
}

function elsewhere({ agent: name, replica, since, lastEcho, health }: PresenceRow): Online {
  return {
    name,
    presence: { replica, since: since.toISOString(), lastEcho: lastEcho.toISOString(), health: { ...health } },
  };
}

function here(tunnel: RegisteredTunnel, { own, snapshot }: KnownAgents): Online {
  return { name: tunnel.agent, presence: { replica: own, health: { ...healthAt(tunnel, snapshot) } } };
}
