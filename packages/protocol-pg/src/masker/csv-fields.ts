import { byteSetOf, type ByteSet } from "./byte-set.ts";
import { hasByte, LINE_GOES_ON, type CopyFields } from "./copy-fields.ts";
import type { CopyCsvForm } from "./copy-form.ts";
import type { LineFields } from "./line-fields.ts";

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
  const marks: Marks = { ends: byteSetOf(delimiter, NEWLINE, quote), quote, escape };
  const escaped = byteSetOf(quote, escape);
  return {
    nullText: Buffer.from(form.nullText),
    look: (bytes, start, end, line) => look(bytes, start, end, line, marks),
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
      for (let at = into.bytesUpTo(escaped, value, 0); at < value.length; at = into.bytesUpTo(escaped, value, at + 1)) {
        into.byte(escape);
        into.byte(value[at] ?? 0);
      }
      into.byte(quote);
    },
  };
}

interface Marks {
  /** What stands behind a field, or begins its quotes. */
  readonly ends: ByteSet;
  readonly quote: number;
  readonly escape: number;
}

function look(bytes: Buffer, start: number, end: number, line: LineFields, marks: Marks): number {
  const { ends, quote } = marks;
  let at = start;
  if (line.state !== OUTSIDE) at = lookInQuotes(bytes, at, end, line, marks);
  while (at < end) {
    let byte = 0;
    // most bytes are just themselves, and this loop is most of the work
    for (; at < end; at++) {
      byte = bytes[at] ?? 0;
      if (ends[byte] !== 0) break;
    }
    if (at >= end) break;
    if (byte === quote) {
      line.isPlain = false;
      line.state = QUOTED;
      at = lookInQuotes(bytes, at + 1, end, line, marks);
      continue;
    }
    line.endField(at);
    at++;
    if (byte === NEWLINE) return at;
  }
  return LINE_GOES_ON;
}

/** Where the quotes end. */
function lookInQuotes(bytes: Buffer, start: number, end: number, line: LineFields, { quote, escape }: Marks): number {
  let { state } = line;
  let at = start;
  for (; at < end && state !== OUTSIDE; at++) {
    const byte = bytes[at];
    if (state === ESCAPED) state = QUOTED;
    // where it is the escape too, the next one begins the quotes again
    else if (byte === quote) state = OUTSIDE;
    else if (byte === escape) state = ESCAPED;
  }
  line.state = state;
  return at;
}
