import { GatewayError } from "@sallyport/shared/errors";
import { createLocalTunnel, type LocalTunnelOptions } from "./local-tunnel.ts";
import type { TunnelRegistry } from "./tunnel-registry.ts";

/** Takes an agent of this process among the tunnels. */
export function openLocalAgent(options: LocalTunnelOptions, tunnels: TunnelRegistry): Disposable {
  const local = createLocalTunnel(options);
  tunnels.add(local);
  return {
    [Symbol.dispose]: () => local.close(new GatewayError("gateway/shutting-down", "the gateway is closing")),
  };
}
