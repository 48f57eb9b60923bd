import type { CancelKey } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { decodeBackendKeyData } from "../messages/backend-key-data.ts";
import { decodeParameterStatus } from "../messages/parameter-status.ts";
import { decodeReadyForQuery } from "../messages/ready-for-query.ts";
import type { ServerMessages } from "./server-messages.ts";
import { fixedSettings } from "./server-settings.ts";

/** PostgreSQL 18 reports fifteen. */
const MAX_SETTINGS = 256;

/** What the server says of itself between login and its first readiness. The key stays on the agent; poolers may give none. */
export interface ServerState {
  readonly facts: ServerFacts;
  readonly cancelKey: CancelKey | undefined;
}

/** Reads up to ReadyForQuery and no further. */
export async function collectFacts(messages: ServerMessages): Promise<ServerState> {
  const settings = new Map<string, string>();
  let cancelKey: CancelKey | undefined;
  for (;;) {
    const { tag, body } = await messages.next("SKZ");
    if (tag === "S") {
      const { name, value } = decodeParameterStatus(body);
      settings.set(name, value);
      if (settings.size > MAX_SETTINGS)
        throw new GatewayError("server/malformed", "the server reports too many settings");
    } else if (tag === "K") {
      cancelKey = decodeBackendKeyData(body);
    } else {
      if (decodeReadyForQuery(body) !== "idle")
        throw new GatewayError("server/malformed", "the server begins inside a transaction");
      checkFixed(settings);
      const version = settings.get("server_version");
      if (version === undefined) throw new GatewayError("server/malformed", "the server does not tell its version");
      return { facts: { version, settings: Object.fromEntries(settings) }, cancelKey };
    }
  }
}

function checkFixed(settings: ReadonlyMap<string, string>): void {
  for (const [name, value] of Object.entries(fixedSettings)) {
    const reported = settings.get(name);
    if (reported !== value)
      throw new GatewayError("server/unsupported", `the server reports ${name} as ${JSON.stringify(reported ?? null)}`);
  }
}
