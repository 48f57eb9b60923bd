import { isFollowedCharacterSet } from "./character-sets.ts";
import { parseSqlMode } from "./sql-mode.ts";

/** The settings of a session that decide what a text means. */
export interface TextModes {
  /** `"x"` is a name, not a text. */
  readonly ansiQuotes: boolean;
  /** A backslash in a text stands for itself. */
  readonly noBackslashEscapes: boolean;
  /** A space may stand between a function's name and its parenthesis; that makes names of functions reserved. */
  readonly ignoreSpace: boolean;
  /** The character set that the server takes the client's bytes to be in. Only sets in which ASCII bytes are ASCII are followed. */
  readonly characterSet: string;
}

/** The modes of a session from what its server says; undefined where it is in a mode or character set that cannot be followed. */
export function initialModes(sqlMode: string, characterSet: string): TextModes | undefined {
  const parts = parseSqlMode(sqlMode);
  if (parts === undefined || !isFollowedCharacterSet(characterSet)) return undefined;
  return { ...parts, characterSet: characterSet.toLowerCase() };
}
