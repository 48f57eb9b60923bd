import type { StateChange } from "../messages/state-changes.ts";
import type { SessionModes } from "./session-modes.ts";

/** Takes up what the server says has changed, by whatever statement or routine: texts are read by it from now on. */
export function followState(modes: SessionModes, changes: readonly StateChange[]): void {
  for (const change of changes) if (change.kind === "variable") modes.setting(change.name, change.value);
}
