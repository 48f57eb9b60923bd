import type { RecordedEvent } from "./recorded-event.ts";

/** The log of one session. */
export interface Recording {
  /** Takes an event, in order. It is written by the next `commit`, or by itself a moment later. Throws `recording/failed`. */
  append(event: RecordedEvent): void;
  /** When it returns, everything appended has been handed to the operating system. Throws `recording/failed`; the session must end then. */
  commit(): void;
  /** Writes what is left and closes the log. Later calls do nothing. */
  close(event: RecordedEvent): void;
}

/** Where recordings are made. How they are kept is its own affair. */
export interface Recorder {
  /** Throws `recording/failed`: a session that cannot be recorded is not opened. */
  open(session: string): Recording;
}
