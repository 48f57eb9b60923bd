import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import type { Store } from "../store/store.ts";
import type { TunnelRegistry } from "../tunnel/tunnel-registry.ts";

/** Where a listener leads. */
interface Direction {
  readonly protocol: string;
  /** Undefined: to any connection of the protocol. */
  readonly connection: string | undefined;
}

/** What is known of the servers that a listener's clients may be after. While documents cannot be read, nothing is. */
export function likelyServers(
  { protocol, connection }: Direction,
  { store, tunnels }: { readonly store: Store; readonly tunnels: TunnelRegistry },
): readonly ServerFacts[] {
  return connectionsOf(store)
    .filter((each) => each.protocol === protocol && (connection === undefined || each.connection === connection))
    .map((each) => tunnels.serverOf(each))
    .filter((facts) => facts !== undefined);
}

function connectionsOf(store: Store) {
  try {
    return [...store.snapshot().connections.values()];
  } catch {
    return [];
  }
}
