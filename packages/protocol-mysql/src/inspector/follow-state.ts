import type { StateChange } from "../messages/state-changes.ts";
import { isFollowedCharacterSet } from "../statements/character-sets.ts";
import { parseSqlMode } from "../statements/sql-mode.ts";
import type { Conversation } from "./conversation.ts";

/** Takes up what the server says has changed, by whatever statement or routine: texts are read by it from now on. */
export function followState(conversation: Conversation, changes: readonly StateChange[]): void {
  for (const change of changes) {
    if (change.kind !== "variable") continue;
    const value = change.value.toLowerCase();
    if (change.name === "character_set_client")
      conversation.characterSetIs(isFollowedCharacterSet(value) ? value : undefined);
    if (change.name === "sql_mode") conversation.modePartsAre(parseSqlMode(value));
  }
}
