import type { ModeParts } from "./sql-mode.ts";

/** What one item of a SET changes of how texts are read. */
export interface ModeChange {
  readonly parts?: ModeParts;
  /** Parts that are switched on besides those that are on already. */
  readonly added?: ModeParts;
  readonly characterSet?: string;
}

/** The parts that hold after a change; undefined where that depends on what they were and nobody knows it. */
export function changedParts(before: ModeParts | undefined, { parts, added }: ModeChange): ModeParts | undefined {
  const base = parts ?? before;
  if (base === undefined || added === undefined) return base;
  return {
    ansiQuotes: base.ansiQuotes || added.ansiQuotes,
    noBackslashEscapes: base.noBackslashEscapes || added.noBackslashEscapes,
    ignoreSpace: base.ignoreSpace || added.ignoreSpace,
  };
}
