import type { GatewayConfig } from "../config.ts";
import type { Listener } from "../listener/listener.ts";
import type { Store } from "../store/store.ts";
import { Readiness } from "./readiness.ts";

/** What a gateway needs in order to take sessions. */
export function createGatewayReadiness(
  config: Pick<GatewayConfig, "listeners">,
  store: Store,
  listeners: readonly Listener[],
): Readiness {
  const readiness = new Readiness();
  readiness.add("store", () => (isReachable(store) ? undefined : "the gateway's database does not answer"));
  readiness.add("documents", () => void store.snapshot());
  readiness.add("listeners", () => {
    const missing = config.listeners.length - listeners.length;
    return missing > 0 ? `${missing} of ${config.listeners.length} are not open` : undefined;
  });
  return readiness;
}

/** Whether what is changed elsewhere arrives here. */
export function isReachable(store: Pick<Store, "assertReachable">): boolean {
  try {
    store.assertReachable();
    return true;
  } catch {
    return false;
  }
}
