import { hasByte, type CopyFields, type LineEnd } from "./copy-fields.ts";
import type { CopyCsvForm } from "./copy-form.ts";

const NEWLINE = 0x0a;

/** Outside of quotes, inside, and inside behind an escape. */
const OUTSIDE = 0;
const QUOTED = 1;
const ESCAPED = 2;

/** The CSV form: quotes around everything that would be something else. */
export function csvFields(form: CopyCsvForm): CopyFields {
  const delimiter = form.delimiter.charCodeAt(0);
  const quote = form.quote.charCodeAt(0);
  const escape = form.escape.charCodeAt(0);

  /** The first byte outside of quotes that ends what is read; -1: there is none. */
  function find(bytes: Buffer, start: number, end: number, byte: number, before: number): LineEnd {
    let state = before;
    for (let at = start; at < end; at++) {
      const here = bytes[at];
      if (state === ESCAPED) state = QUOTED;
      else if (state === QUOTED) {
        // an escape that is a quote ends the quotes, and the next one begins them again
        if (here === escape && escape !== quote) state = ESCAPED;
        else if (here === quote) state = OUTSIDE;
      } else if (here === quote) state = QUOTED;
      else if (here === byte) return { end: at, state };
    }
    return { end: -1, state };
  }

  return {
    delimiter,
    nullText: Buffer.from(form.nullText),
    endOfField(bytes, start, end) {
      for (let at = start; at < end; at++) {
        const byte = bytes[at];
        if (byte === delimiter) return at;
        if (byte !== quote) continue;
        const found = find(bytes, at, end, delimiter, OUTSIDE);
        return found.end === -1 ? end : found.end;
      }
      return end;
    },
    endOfLine(bytes, start, state) {
      let at = start;
      // mostly a line has no quote, and needs no states
      if (state === OUTSIDE) {
        for (; at < bytes.length && bytes[at] !== quote; at++) {
          if (bytes[at] === NEWLINE) return { end: at + 1, state };
        }
      }
      const found = find(bytes, at, bytes.length, NEWLINE, state);
      return found.end === -1 ? found : { end: found.end + 1, state: OUTSIDE };
    },
    read(bytes, start, end) {
      if (!hasByte(bytes, start, end, quote)) return undefined;
      const field = bytes.subarray(start, end);
      const value = Buffer.allocUnsafe(field.length);
      let length = 0;
      let quoted = false;
      for (let at = 0; at < field.length; at++) {
        const byte = field[at] ?? 0;
        const next = field[at + 1];
        if (quoted && byte === escape && (next === quote || next === escape)) {
          value[length++] = next;
          at++;
        } else if (byte === quote) quoted = !quoted;
        else value[length++] = byte;
      }
      return value.subarray(0, length);
    },
    write(value, into) {
      into.byte(quote);
      if (hasByte(value, 0, value.length, quote) || hasByte(value, 0, value.length, escape)) {
        for (let at = 0; at < value.length; at++) {
          const byte = value[at] ?? 0;
          if (byte === quote || byte === escape) into.byte(escape);
          into.byte(byte);
        }
      } else {
        into.bytes(value);
      }
      into.byte(quote);
    },
  };
}
