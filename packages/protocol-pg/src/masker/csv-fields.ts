import { byteSetOf } from "./byte-set.ts";
import { hasByte, LINE_GOES_ON, type CopyFields } from "./copy-fields.ts";
import type { CopyCsvForm } from "./copy-form.ts";
import type { LineFields } from "./line-fields.ts";
import { lineMarks, nextMark, type LineMarks } from "./line-marks.ts";

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
  const marks: Marks = { ends: lineMarks(delimiter, NEWLINE, quote), quote, escape };
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
  readonly ends: LineMarks;
  readonly quote: number;
  readonly escape: number;
}

function look(bytes: DataView, start: number, end: number, line: LineFields, marks: Marks): number {
  const { ends, quote } = marks;
  let at = start;
  if (line.state !== OUTSIDE) at = lookInQuotes(bytes, at, end, line, marks);
  for (at = nextMark(bytes, at, end, ends); at < end; at = nextMark(bytes, at, end, ends)) {
    const mark = bytes.getUint8(at++);
    if (mark !== quote) {
      line.endField(at - 1);
      if (mark === NEWLINE) return at;
      continue;
    }
    line.isPlain = false;
    line.state = QUOTED;
    at = lookInQuotes(bytes, at, end, line, marks);
  }
  return LINE_GOES_ON;
}

/** Where the quotes end. */
function lookInQuotes(bytes: DataView, start: number, end: number, line: LineFields, { quote, escape }: Marks): number {
  let { state } = line;
  let at = start;
  for (; at < end && state !== OUTSIDE; at++) {
    const byte = bytes.getUint8(at);
    if (state === ESCAPED) state = QUOTED;
    // where it is the escape too, the next one begins the quotes again
    else if (byte === quote) state = OUTSIDE;
    else if (byte === escape) state = ESCAPED;
  }
  line.state = state;
  return at;
}
