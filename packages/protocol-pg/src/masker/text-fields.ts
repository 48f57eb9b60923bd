import { byteSetOf, type ByteSet } from "./byte-set.ts";
import { hasByte, LINE_GOES_ON, type CopyFields } from "./copy-fields.ts";
import type { CopyTextForm } from "./copy-form.ts";
import type { LineFields } from "./line-fields.ts";
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
  const marks = byteSetOf(delimiter, NEWLINE, BACKSLASH);
  const letters = lettersFor(delimiter);
  return {
    nullText: Buffer.from(form.nullText),
    look: (bytes, start, end, line) => look(bytes, start, end, line, marks),
    read,
    write: (value, into) => write(value, letters, into),
  };
}

/** What has a backslash in front is part of a value, but for a newline, which always ends the line. */
function look(bytes: Buffer, start: number, end: number, line: LineFields, marks: ByteSet): number {
  let at = start;
  if (line.state === ESCAPED && at < end) {
    line.state = NOT_ESCAPED;
    if (bytes[at] !== NEWLINE) at++;
  }
  for (;;) {
    let byte = 0;
    // most bytes are just themselves, and this loop is most of the work
    for (; at < end; at++) {
      byte = bytes[at] ?? 0;
      if (marks[byte] !== 0) break;
    }
    if (at >= end) return LINE_GOES_ON;
    at++;
    if (byte !== BACKSLASH) {
      line.endField(at - 1);
      if (byte === NEWLINE) return at;
      continue;
    }
    line.isPlain = false;
    if (at === end) line.state = ESCAPED;
    else if (bytes[at] !== NEWLINE) at++;
  }
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
