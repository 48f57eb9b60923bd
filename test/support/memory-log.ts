import { EventEmitter } from "node:events";
import type { Log, LogFields } from "@sallyport/gateway/log";

/** A line as it was logged. */
export interface LoggedLine {
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly fields: LogFields;
}

/** Keeps what is logged, and lets a test wait for an event instead of for time to pass. */
export interface MemoryLog extends Log {
  readonly lines: readonly LoggedLine[];
  /** The next such line. */
  until(event: string): Promise<LoggedLine>;
}

export function memoryLog(): MemoryLog {
  const lines: LoggedLine[] = [];
  const events = new EventEmitter().setMaxListeners(0);
  const keep =
    (level: LoggedLine["level"]) =>
    (event: string, fields: LogFields = {}) => {
      const line = { level, event, fields };
      lines.push(line);
      events.emit(event, line);
    };
  return {
    lines,
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    until: (event) => new Promise((resolve) => events.once(event, resolve)),
  };
}
