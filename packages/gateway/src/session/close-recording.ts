import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "../log.ts";
import type { Recording } from "../recording/recorder.ts";

/** How a session's recording ends. */
export interface RecordingEnd {
  readonly session: string;
  readonly reason: string;
  readonly statements: number;
}

/** Closes a recording. Never throws: an end that cannot be written is logged, and does not hide what ended the session. */
export function closeRecording(recording: Recording, log: Log, { session, reason, statements }: RecordingEnd): void {
  try {
    recording.close({ type: "closed", reason, statements });
  } catch (cause) {
    const error = GatewayError.from(cause, "recording/failed");
    log.error("recording.incomplete", { session, code: error.code, reason: error.message });
  }
}
