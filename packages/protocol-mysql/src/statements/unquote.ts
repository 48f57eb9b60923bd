import { code } from "./byte-kinds.ts";
import { decodeText } from "./character-sets.ts";
import type { TextModes } from "./text-modes.ts";

const escapes: ReadonlyMap<number, number> = new Map([
  [0x6e, 0x0a],
  [0x74, 0x09],
  [0x72, 0x0d],
  [0x62, 0x08],
  [0x30, 0x00],
  [0x5a, 0x1a],
]);

/** The bytes that a literal or quoted name stands for, from its first quote to behind its last; bytes without quotes stand for themselves. */
export function unquoteBytes(bytes: Buffer, start: number, end: number, modes: TextModes): Buffer {
  const quote = bytes[start];
  if (quote !== code.quote && quote !== code.doubleQuote && quote !== code.backtick) return bytes.subarray(start, end);
  const isText = quote === code.quote || (quote === code.doubleQuote && !modes.ansiQuotes);
  const inner = bytes.subarray(start + 1, end - 1);
  const escaped = isText && !modes.noBackslashEscapes;
  if (!inner.includes(quote) && !(escaped && inner.includes(code.backslash))) return inner;
  const found = Buffer.alloc(inner.length);
  let length = 0;
  for (let at = 0; at < inner.length; at++) {
    let byte = inner[at] ?? 0;
    if (byte === code.backslash && escaped) {
      const following = inner[++at] ?? 0;
      // \% and \_ keep their backslash, for LIKE
      if (following === 0x25 || following === 0x5f) found[length++] = byte;
      byte = escapes.get(following) ?? following;
    } else if (byte === quote) {
      at++;
    }
    found[length++] = byte;
  }
  return found.subarray(0, length);
}

/** The same as characters. */
export function unquote(bytes: Buffer, start: number, end: number, modes: TextModes): string {
  return decodeText(unquoteBytes(bytes, start, end, modes), modes.characterSet);
}
