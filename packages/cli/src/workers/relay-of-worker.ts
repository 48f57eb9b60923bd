import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { GatewayConfig } from "@sallyport/gateway/config";

/** A socket's path may have a hundred characters or so, of which a folder for temporary files can take half. */
const UNIQUE_BYTES = 4;

type RelayPlace = NonNullable<GatewayConfig["relay"]>;

/**
 * Where the other workers reach this one: ports are shared, but each has a relay of its own. With a port in the configuration it is that one and
 * those behind it, for replicas on other machines; otherwise a socket in a folder of theirs, another one with every start.
 */
export function relayOfWorker(relay: RelayPlace | undefined, number: number, folder: string): RelayPlace {
  if (relay === undefined || "socket" in relay || relay.port === 0)
    return { socket: join(folder, `${number}-${randomBytes(UNIQUE_BYTES).toString("hex")}`) };
  const { host, address } = relay;
  const port = relay.port + number - 1;
  return { host, port, ...(address === undefined ? {} : { address: address.replace(/:\d+$/, `:${port}`) }) };
}
