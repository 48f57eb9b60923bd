import { startGateway, type Gateway } from "@sallyport/gateway/gateway";
import { startRoad, type Road, type RoadOptions } from "./road.ts";

/** Two replicas on one store: an agent dials the first, and clients come to the second. */
export interface RelayedRoad extends AsyncDisposable {
  readonly road: Road;
  readonly second: Gateway;
  /** A URL at the second, for a new ticket of this principal. */
  urlFor(principal: string): Promise<string>;
}

/** The second's own relay is where `relay` says; left out: on any port. */
export async function startRelayedRoad(
  options: Pick<RoadOptions, "tunnelTimes"> = {},
  relay?: { readonly port: number; readonly address: string },
): Promise<RelayedRoad> {
  await using opened = new AsyncDisposableStack();
  const road = opened.use(await startRoad({ relay: true, ...options }));
  const { config } = road.options;
  const place = relay === undefined ? config.relay : { host: "127.0.0.1", ...relay };
  const second = opened.use(await startGateway({ ...road.options, config: { ...config, relay: place } }));
  const everything = opened.move();
  return {
    road,
    second,
    async urlFor(principal) {
      const url = new URL(await road.urlFor({ name: principal }));
      url.port = String(portOf(second));
      return url.href;
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

/** The groups that a replica reaches through others. */
export function servedThrough({ tunnels }: Gateway): readonly string[] {
  return tunnels.replicas.flatMap(({ served }) => [...served]);
}

/** Where a replica's clients connect. */
export function portOf({ listeners }: Gateway): number {
  return listeners[0]?.port ?? 0;
}
