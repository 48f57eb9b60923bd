import type { RecordedEvent } from "./recorded-event.ts";

/** The log of one session. */
export interface Recording {
  /** When it returns, the event has been handed to the operating system. Throws `recording/failed`; the session must end then. */
  append(event: RecordedEvent): void;
  /** Keeps an event that may wait for the next append, such as how a statement ended. */
  note(event: RecordedEvent): void;
  /** Writes what was noted and closes the log. */
  close(event: RecordedEvent): void;
}

/** Where recordings are made. How they are kept is its own affair. */
export interface Recorder {
  /** Throws `recording/failed`: a session that cannot be recorded is not opened. */
  open(session: string): Recording;
}
