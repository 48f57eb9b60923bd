import { GatewayError } from "@sallyport/shared/errors";
import { sql } from "drizzle-orm";
import type { Log } from "../../log.ts";
import type { Control } from "../doors/control.ts";
import { CONTROL_CHANNEL } from "./area.ts";
import type { Database } from "./database.ts";

/** What NOTIFY takes is 8000 bytes. */
const MAX_BYTES = 7_000;

type Message = Readonly<Record<string, unknown>>;

/** The door, and where what was heard goes in. */
export interface KeptControl extends Control {
  hear(payload: string): void;
}

export function createControl(database: Database, log: Log): KeptControl {
  const listeners = new Set<(message: Message) => void>();
  return {
    async send(message) {
      const payload = JSON.stringify(message);
      if (Buffer.byteLength(payload) > MAX_BYTES) {
        throw new GatewayError("internal/unexpected", `a control message of ${payload.length} characters is too long`);
      }
      await database.ask((queries) => queries.execute(sql`select pg_notify(${CONTROL_CHANNEL}, ${payload})`));
    },
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hear(payload) {
      const message = parse(payload);
      if (message === undefined) {
        log.warn("control.unreadable", { bytes: payload.length });
        return;
      }
      for (const listener of listeners) {
        try {
          listener(message);
        } catch (reason) {
          const { message: text, stack } = GatewayError.from(reason);
          log.error("control.listener-failed", { reason: text, stack });
        }
      }
    },
  };
}

function parse(payload: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(payload);
    return typeof message === "object" && message !== null && !Array.isArray(message) ? { ...message } : undefined;
  } catch {
    return undefined;
  }
}
