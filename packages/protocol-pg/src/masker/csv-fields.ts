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
  const marks: Marks = { delimiter, quote, escape };
  return {
    nullText: Buffer.from(form.nullText),
    look: (bytes, start, line) => look(bytes, start, line, marks),
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
      const hasQuote = hasByte(value, 0, value.length, quote);
      if (hasQuote || (escape !== quote && hasByte(value, 0, value.length, escape))) {
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

interface Marks {
  readonly delimiter: number;
  readonly quote: number;
  readonly escape: number;
}

function look(bytes: Buffer, start: number, line: LineFields, { delimiter, quote, escape }: Marks): number {
  const { length } = bytes;
  let { state } = line;
  for (let at = start; at < length; at++) {
    const byte = bytes[at];
    if (state === OUTSIDE) {
      // most bytes are just themselves
      if (byte !== delimiter && byte !== NEWLINE && byte !== quote) continue;
      if (byte === quote) {
        state = QUOTED;
        line.isPlain = false;
        continue;
      }
      line.endField(at);
      if (byte === NEWLINE) return at + 1;
    } else if (state === ESCAPED) {
      state = QUOTED;
    } else if (byte === quote) {
      // where it is the escape too, the next one begins the quotes again
      state = OUTSIDE;
    } else if (byte === escape) {
      state = ESCAPED;
    }
  }
  line.state = state;
  return LINE_GOES_ON;
}
