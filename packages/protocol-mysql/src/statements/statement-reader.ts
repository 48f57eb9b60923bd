import { TextCache } from "@sallyport/shared/text-cache";
import type { Dialect } from "./dialect.ts";
import type { ReadText } from "./read-text.ts";
import { readStatements } from "./read-statements.ts";
import type { TextModes } from "./text-modes.ts";

/** Reads SQL as one flavour and version of server would. */
export interface StatementReader {
  /**
   * `text` is a text as sent; it is copied where it is kept. `multi`: whether the client may send several statements in one.
   * The same bytes in the same modes give the same objects from the second time on, for as long as they are remembered.
   */
  read(text: Buffer, modes: TextModes, multi: boolean): ReadText;
}

/** A reader for this dialect. What a text says depends on nothing but its bytes, the modes and the dialect, so sessions may share one. */
export function createStatementReader(dialect: Dialect): StatementReader {
  const cache = new TextCache<ReadText>({ entries: 4096, bytes: 16 * 1024 * 1024, bytesOfOne: 1024 * 1024 });
  const readNew = (text: Buffer, modes: TextModes, multi: boolean): ReadText => ({
    statements: readStatements(text, { dialect, modes, multi, inner: false }),
  });
  return {
    read(text, modes, multi) {
      if (!cache.admits(text.length)) return readNew(text, modes, multi);
      const mode = modeOf(modes, multi);
      const known = cache.get(text, mode);
      if (known !== undefined) return known;
      const read = readNew(text, modes, multi);
      cache.meet(text, read, { mode });
      return read;
    },
  };
}

function modeOf({ ansiQuotes, noBackslashEscapes, ignoreSpace, characterSet }: TextModes, multi: boolean): string {
  const flags = `${ansiQuotes ? "q" : ""}${noBackslashEscapes ? "b" : ""}${ignoreSpace ? "s" : ""}${multi ? "m" : ""}`;
  return `${flags} ${characterSet}`;
}
