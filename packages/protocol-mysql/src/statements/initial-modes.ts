import { isFollowedCharacterSet } from "./character-sets.ts";
import { parseSqlMode } from "./sql-mode.ts";
import type { TextModes } from "./text-modes.ts";

/** The modes of a session from what its server says; undefined where it is in a mode or character set that cannot be followed. */
export function initialModes(sqlMode: string, characterSet: string): TextModes | undefined {
  const parts = parseSqlMode(sqlMode);
  if (parts === undefined || !isFollowedCharacterSet(characterSet)) return undefined;
  return { ...parts, characterSet: characterSet.toLowerCase() };
}
