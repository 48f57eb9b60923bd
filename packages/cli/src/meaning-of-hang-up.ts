import type { GatewayConfig } from "@sallyport/gateway/config";

/** What SIGHUP is to a gateway: whoever rotates a file of events asks with it for a new one. */
export function meaningOfHangUp({ events }: Pick<GatewayConfig, "events">): "ends" | "kept" {
  return events.to.some(({ sink }) => sink === "file") ? "kept" : "ends";
}
