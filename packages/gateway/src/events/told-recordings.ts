import type { Recorder, Recording } from "../recording/recorder.ts";
import { statementRefused, type OpenedSession } from "./datastore-activity.ts";
import type { Events } from "./events.ts";

/** A recorder whose refused statements are told of, once they are recorded: whatever is decided passes here. */
export function toldRecordings(recorder: Recorder, events: Pick<Events, "send">): Recorder {
  return { open: (session) => toldRecording(recorder.open(session), events) };
}

function toldRecording(recording: Recording, events: Pick<Events, "send">): Recording {
  let session: OpenedSession | undefined;
  return {
    append(event) {
      recording.append(event);
      if (event.type === "opened") session = event;
      else if (event.type === "statement" && event.decision.kind === "deny" && session !== undefined)
        events.send(statementRefused(session, event, event.decision));
    },
    commit: () => recording.commit(),
    close: (event) => recording.close(event),
  };
}
