import { join } from "node:path";
import type { GatewayConfig } from "../config.ts";

/** The path of the API's socket for the gateway's own user; undefined where there is no API. */
export function apiSocketOf({ api, state }: Pick<GatewayConfig, "api" | "state">): string | undefined {
  return api === undefined ? undefined : (api.socket ?? join(state.folder, "api.sock"));
}
