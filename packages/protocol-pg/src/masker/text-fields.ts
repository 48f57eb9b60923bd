import type { ByteSet } from "./byte-set.ts";
import { hasByte, LINE_GOES_ON, type CopyFields } from "./copy-fields.ts";
import type { CopyTextForm } from "./copy-form.ts";
import type { LineFields } from "./line-fields.ts";
import { lineMarks, nextMark, type LineMarks } from "./line-marks.ts";
import type { MessageSplice } from "./message-splice.ts";

const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;

/** The last byte was a backslash. */
const ESCAPED = 1;
const NOT_ESCAPED = 0;

/** Letters behind a backslash, and what they stand for. */
const escapes: ReadonlyMap<number, number> = new Map([
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, NEWLINE],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x76, 0x0b],
]);

/** The text form: a backslash in front of everything that would be something else. */
export function textFields(form: CopyTextForm): CopyFields {
  const delimiter = form.delimiter.charCodeAt(0);
  const marks = lineMarks(delimiter, NEWLINE, BACKSLASH);
  const letters = lettersFor(delimiter);
  return {
    nullText: Buffer.from(form.nullText),
    look: (bytes, start, end, line) => look(bytes, start, end, line, marks),
    read,
    write: (value, into) => write(value, letters, into),
  };
}

/** What has a backslash in front is part of a value, but for a newline, which always ends the line. */
function look(bytes: DataView, start: number, end: number, line: LineFields, marks: LineMarks): number {
  let at = start;
  if (line.state === ESCAPED && at < end) {
    line.state = NOT_ESCAPED;
    if (bytes.getUint8(at) !== NEWLINE) at++;
  }
  for (at = nextMark(bytes, at, end, marks); at < end; at = nextMark(bytes, at, end, marks)) {
    const mark = bytes.getUint8(at++);
    if (mark !== BACKSLASH) {
      line.endField(at - 1);
      if (mark === NEWLINE) return at;
      continue;
    }
    line.isPlain = false;
    if (at === end) line.state = ESCAPED;
    else if (bytes.getUint8(at) !== NEWLINE) at++;
  }
  return LINE_GOES_ON;
}

function read(bytes: Buffer, start: number, end: number): Buffer | undefined {
  if (!hasByte(bytes, start, end, BACKSLASH)) return undefined;
  const field = bytes.subarray(start, end);
  const value = Buffer.allocUnsafe(field.length);
  let length = 0;
  for (let at = 0; at < field.length; at++) {
    const byte = field[at] ?? 0;
    const next = byte === BACKSLASH ? field[at + 1] : undefined;
    if (next !== undefined) at++;
    value[length++] = next === undefined ? byte : (escapes.get(next) ?? next);
  }
  return value.subarray(0, length);
}

/** The bytes that have a backslash in front, and what is written behind it for each. */
function lettersFor(delimiter: number): ByteSet {
  const letters = new Uint8Array(256);
  for (const byte of [delimiter, BACKSLASH]) letters[byte] = byte;
  for (const [letter, byte] of escapes) letters[byte] = letter;
  return letters;
}

function write(value: Buffer, letters: ByteSet, into: MessageSplice): void {
  for (let at = into.bytesUpTo(letters, value, 0); at < value.length; at = into.bytesUpTo(letters, value, at + 1)) {
    into.byte(BACKSLASH);
    into.byte(letters[value[at] ?? 0] ?? 0);
  }
}
