import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { GatewayConfig } from "@sallyport/gateway/config";

type RelayPlace = NonNullable<GatewayConfig["relay"]>;

/**
 * Where the other workers reach this one: ports are shared, but each has a relay of its own. With a port in the configuration it is that one and
 * those behind it, for replicas on other machines; otherwise a socket in a folder of theirs, another one with every start.
 */
export function relayOfWorker(relay: RelayPlace | undefined, number: number, folder: string): RelayPlace {
  if (relay === undefined || "socket" in relay || relay.port === 0)
    return { socket: join(folder, `${number}-${randomUUID()}`) };
  const { host, address } = relay;
  const port = relay.port + number - 1;
  return { host, port, ...(address === undefined ? {} : { address: address.replace(/:\d+$/, `:${port}`) }) };
}
