import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Store } from "../store/store.ts";
import { whileReadable } from "../store/while-readable.ts";
import { healthTargets } from "./health-targets.ts";
import { createLocalTunnel, type LocalTunnelOptions } from "./local-tunnel.ts";
import { createServerLook } from "./look-at-servers.ts";
import type { TunnelRegistry } from "./tunnel-registry.ts";

/** Takes an agent of this process among the tunnels. Nobody asks it about health, so that servers whose greeting is the gateway's are looked at here. */
export function openLocalAgent(
  options: LocalTunnelOptions,
  means: { readonly store: Store; readonly tunnels: TunnelRegistry; readonly adapters: readonly ProtocolAdapter[] },
): Disposable {
  const { store, tunnels, adapters } = means;
  const local = createLocalTunnel(options);
  tunnels.add(local);
  const greeting = new Set(adapters.filter(({ greetsAsServer }) => greetsAsServer).map(({ id }) => id));
  const lookAtServers = createServerLook(local, tunnels);
  const look = (): void => {
    const targets = healthTargets(store.snapshot(), local.group);
    lookAtServers(targets.filter(({ protocol }) => greeting.has(protocol)));
  };
  whileReadable(store, look);
  const stopFollowing = store.onChange(() => whileReadable(store, look));
  return {
    [Symbol.dispose]() {
      stopFollowing();
      local.close(new GatewayError("gateway/shutting-down", "the gateway is closing"));
    },
  };
}
