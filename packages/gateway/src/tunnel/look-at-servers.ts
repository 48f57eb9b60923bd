import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { Store } from "../store/store.ts";
import { whileReadable } from "../store/while-readable.ts";
import { healthTargets, type HealthTarget } from "./health-targets.ts";
import type { TunnelRegistry } from "./tunnel-registry.ts";

const LOOK_MS = 10_000;

export interface LookMeans {
  readonly store: Store;
  readonly tunnels: TunnelRegistry;
  readonly adapters: readonly ProtocolAdapter[];
  /** Whose agents nobody asks to check their servers' health. */
  readonly groups: () => Iterable<string>;
}

/**
 * Looks at the servers whose greeting is the gateway's, as soon as documents name them or somebody can reach them. Returns how
 * to stop.
 */
export function lookAtServers({ store, tunnels, adapters, groups }: LookMeans): () => void {
  const greeting = new Set(adapters.filter(({ greetsAsServer }) => greetsAsServer).map(({ id }) => id));
  const lookAt = createServerLook(tunnels);
  const look = (): void =>
    whileReadable(store, () => {
      const targets = [...groups()].flatMap((group) => healthTargets(store.snapshot(), group));
      lookAt(targets.filter(({ protocol }) => greeting.has(protocol)));
    });
  look();
  const stops = [store.onChange(look), tunnels.onChange(look)];
  return () => {
    for (const stop of stops) stop();
  };
}

/**
 * Makes what logs in to servers that nothing is known of yet. It may be called as often as documents change: a server that is
 * slow to answer is asked once.
 */
export function createServerLook(tunnels: TunnelRegistry): (targets: readonly HealthTarget[]) => void {
  const looking = new Set<string>();
  return (targets) => {
    for (const target of targets) {
      const key = JSON.stringify(target);
      if (looking.has(key) || tunnels.serverOf(target) !== undefined) continue;
      looking.add(key);
      void look(tunnels, target)
        .then((facts) => tunnels.learned(target, facts))
        // a server that cannot be reached is told of in the agent's own log, and met again with the first session
        .catch(() => undefined)
        .finally(() => looking.delete(key));
    }
  };
}

async function look(tunnels: TunnelRegistry, target: OpenSession & HealthTarget) {
  const tunnel = tunnels.choose(target.agentGroup, target.connection);
  const { facts, stream } = await tunnel.open(target, AbortSignal.timeout(LOOK_MS));
  stream.destroy();
  return facts;
}
