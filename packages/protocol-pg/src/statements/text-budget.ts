import { isUtf8 } from "node:buffer";
import { measureText, type TextLimits } from "./text-measure.ts";

/** Where a text may be parsed: on this thread, only in the worker, or nowhere. */
export type TextVerdict =
  | { readonly kind: "here" }
  | { readonly kind: "worker" }
  | { readonly kind: "refused"; readonly because: string };

/** Parsing holds up every session of the gateway meanwhile. It costs about 0.1 ms per KB of ordinary text … */
export const MAX_BYTES_HERE = 32 * 1024;

/** … and 2.5 µs a token of text that is made of little else. */
const MAX_TOKENS_HERE = 4_000;

/** What each statement costs besides, to be read, located and decided. */
const TOKENS_OF_STATEMENT = 10;

/** No text beyond this is read at all. */
export const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/**
 * How deep a tree may get at most on this thread, in tokens that stand in one chain. Measured with the stack that Node
 * gives by default: the parser fails from 1,459 levels on, and a level of that construct takes at least two tokens.
 */
const MAX_DEPTH_HERE = 800;

/** Beyond these no text is worth the risk: memory and time that the parser takes grow faster than the text does. */
export const textLimits: TextLimits = {
  commentDepth: 8,
  bracketDepth: 500,
  operatorRun: 256,
  tokens: 4_000_000,
};

/** Decides where a text may be parsed. Takes time linear in its length; the caller has checked the length. */
export function judgeText(sql: Buffer): TextVerdict {
  if (!isUtf8(sql)) return refused("The text is not valid UTF-8.");
  const control = findControlCharacter(sql);
  if (control !== undefined)
    return refused(`The text holds the control character 0x${control.toString(16).padStart(2, "0")}.`);
  const measure = measureText(sql, textLimits);
  if (measure.kind === "exceeded") return refused(measure.because);
  const tokens = measure.tokens + TOKENS_OF_STATEMENT * measure.statements;
  const isLarge = sql.length > MAX_BYTES_HERE || tokens > MAX_TOKENS_HERE;
  return isLarge || measure.depth > MAX_DEPTH_HERE ? { kind: "worker" } : { kind: "here" };
}

function refused(because: string): TextVerdict {
  return { kind: "refused", because };
}

/** NUL ends the text for the parser but not for the server's message; the others have no place in SQL outside of escapes. White space is allowed. */
function findControlCharacter(sql: Buffer): number | undefined {
  for (let at = 0; at < sql.length; at++) {
    const byte = sql[at] ?? 0;
    if (byte < 32 ? byte < 9 || byte > 13 : byte === 127) return byte;
  }
  return undefined;
}
