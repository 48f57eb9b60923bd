import type { RecordedEvent } from "../recording/recorded-event.ts";
import type { Recorder, Recording } from "../recording/recorder.ts";
import type { GatewayMetrics } from "./gateway-metrics.ts";

type Counts = Pick<GatewayMetrics, "sessionOpened" | "sessionClosed" | "decided">;

/** A recorder whose recordings are counted as they are written: whatever is decided passes here. */
export function countedRecordings(recorder: Recorder, counts: Counts): Recorder {
  return { open: (session) => countedRecording(recorder.open(session), counts) };
}

function countedRecording(recording: Recording, counts: Counts): Recording {
  /** Undefined before the session was opened, and after it is over. */
  let protocol: string | undefined;
  return {
    append(event: RecordedEvent) {
      recording.append(event);
      if (event.type === "statement") counts.decided(protocol ?? "", event.verbs, event.decision.kind);
      else if (event.type === "opened") {
        protocol = event.protocol;
        counts.sessionOpened(protocol);
      }
    },
    commit: () => recording.commit(),
    close(event) {
      if (protocol !== undefined) counts.sessionClosed(protocol);
      protocol = undefined;
      recording.close(event);
    },
  };
}
