import type { GatewayConfig } from "@sallyport/gateway/config";
import { CommandFailure } from "./command-failure.ts";

export const RELAY_HOST_VARIABLE = "SALLYPORT_RELAY_HOST";

/**
 * The relay as the others are told of it. What is the same for all replicas lies in the configuration; by which host they reach this one, its
 * environment may say.
 */
export function advertisedRelay(relay: GatewayConfig["relay"], host: string | undefined): GatewayConfig["relay"] {
  if (host === undefined || host === "" || relay === undefined || "socket" in relay) return relay;
  if (relay.port === 0)
    throw new CommandFailure(
      `${RELAY_HOST_VARIABLE} says by which host the other replicas reach this one, and relay.port is 0.`,
      "Name a port in relay.port that they can reach.",
    );
  return { ...relay, address: `${host.includes(":") ? `[${host}]` : host}:${relay.port}` };
}
