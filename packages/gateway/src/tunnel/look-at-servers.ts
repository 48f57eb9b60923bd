import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { Tunnel } from "@sallyport/shared/tunnel/tunnel";
import type { TunnelRegistry } from "./tunnel-registry.ts";

const LOOK_MS = 10_000;

/** Logs in to servers that nothing is known of yet, for an agent that nobody asks to check their health. */
export function lookAtServers(tunnel: Tunnel, targets: readonly OpenSession[], registry: TunnelRegistry): void {
  for (const target of targets) {
    // a server that cannot be reached is told of in the agent's own log, and met again with the first session
    if (registry.serverOf(target.connection) === undefined) look(tunnel, target, registry).catch(() => undefined);
  }
}

async function look(tunnel: Tunnel, target: OpenSession, registry: TunnelRegistry): Promise<void> {
  const { facts, stream } = await tunnel.open(target, AbortSignal.timeout(LOOK_MS));
  registry.learned(target.connection, facts);
  stream.destroy();
}
