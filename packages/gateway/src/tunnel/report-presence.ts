import { isDeepStrictEqual } from "node:util";
import type { AgentPresence, PresentAgent } from "../store/doors/agent-presence.ts";
import type { StoreSnapshot } from "../store/store.ts";
import type { RegisteredTunnel, TunnelRegistry } from "./tunnel-registry.ts";

const LOOK_EVERY_MS = 2_000;
/** What has not changed is said again, since it also says when the agent was heard last. */
const AGAIN_AFTER_MS = 30_000;

type Online = Omit<PresentAgent, "lastEcho">;

/** Where it is said who is online, and what connections there are. */
export interface PresenceStore {
  readonly agentPresence: Pick<AgentPresence, "report">;
  readonly replicas: { readonly own: string };
  snapshot(): StoreSnapshot;
}

/** Tells the other replicas who is online at this one, for as long as it runs. Returns how to stop. */
export function reportPresence(store: PresenceStore, tunnels: Pick<TunnelRegistry, "tunnels">): () => void {
  const since = new WeakMap<RegisteredTunnel, Date>();
  let said: { readonly at: number; readonly online: readonly Online[] } = { at: 0, online: [] };
  let saying = false;

  function present(tunnel: RegisteredTunnel, now: Date): Online {
    const { agent, group, instance, epoch } = tunnel;
    const begun = since.get(tunnel) ?? now;
    since.set(tunnel, begun);
    return { agent, group, instance, epoch, since: begun, health: healthAt(tunnel, store.snapshot()) };
  }

  async function look(): Promise<void> {
    const now = new Date();
    const online = tunnels.tunnels.map((tunnel) => present(tunnel, now));
    if (now.getTime() - said.at < AGAIN_AFTER_MS && isDeepStrictEqual(online, said.online)) return;
    // a tunnel that is not heard any more is not in the registry for long
    const agents = online.map((one) => ({ ...one, lastEcho: now }));
    await store.agentPresence.report(store.replicas.own, agents);
    said = { at: now.getTime(), online };
  }

  const timer = setInterval(() => {
    if (saying) return;
    saying = true;
    void look()
      // the store says by itself that it is away; what was not said is said at the next look
      .catch(() => undefined)
      .finally(() => {
        saying = false;
      });
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** What an agent's own checks found, by connection; those that it has not looked at are left out. */
export function healthAt(tunnel: RegisteredTunnel, { connections }: StoreSnapshot): Readonly<Record<string, boolean>> {
  const served = [...connections.values()].filter(({ agentGroup }) => agentGroup === tunnel.group);
  const found = served.flatMap(({ connection }) => {
    const isHealthy = tunnel.isHealthy(connection);
    return isHealthy === undefined ? [] : [[connection, isHealthy] as const];
  });
  return Object.fromEntries(found);
}
