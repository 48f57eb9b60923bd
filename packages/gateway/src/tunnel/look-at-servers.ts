import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { RegisteredTunnel, TunnelRegistry } from "./tunnel-registry.ts";

const LOOK_MS = 10_000;

/**
 * Makes what logs in to servers that nothing is known of yet, for an agent that nobody asks to check their health. It may be
 * called as often as documents change: a server that is slow to answer is asked once.
 */
export function createServerLook(
  tunnel: RegisteredTunnel,
  registry: TunnelRegistry,
): (targets: readonly OpenSession[]) => void {
  const looking = new Set<string>();
  return (targets) => {
    for (const target of targets) {
      const place = { ...target, agentGroup: tunnel.group };
      const key = JSON.stringify(place);
      if (looking.has(key) || registry.serverOf(place) !== undefined) continue;
      looking.add(key);
      void look(tunnel, target)
        .then((facts) => registry.learned(place, facts))
        // a server that cannot be reached is told of in the agent's own log, and met again with the first session
        .catch(() => undefined)
        .finally(() => looking.delete(key));
    }
  };
}

async function look(tunnel: RegisteredTunnel, target: OpenSession) {
  const { facts, stream } = await tunnel.open(target, AbortSignal.timeout(LOOK_MS));
  stream.destroy();
  return facts;
}
