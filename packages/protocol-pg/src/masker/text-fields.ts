import type { ByteSplice } from "./byte-splice.ts";
import { hasByte, type CopyFields } from "./copy-fields.ts";
import type { CopyTextForm } from "./copy-form.ts";

const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;

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
  const letters = lettersFor(delimiter);
  return {
    delimiter,
    nullText: Buffer.from(form.nullText),
    endOfField: (bytes, start, end) => endOfField(bytes, start, end, delimiter),
    endOfLine(bytes, start) {
      const newline = bytes.indexOf(NEWLINE, start);
      return { end: newline === -1 ? -1 : newline + 1, state: 0 };
    },
    read,
    write: (value, into) => write(value, letters, into),
  };
}

/** A delimiter that is part of a value has a backslash in front. */
function endOfField(bytes: Buffer, start: number, end: number, delimiter: number): number {
  for (let at = start; at < end; at++) {
    if (bytes[at] === delimiter) return at;
    if (bytes[at] === BACKSLASH) at++;
  }
  return end;
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

/** What is written behind a backslash for each byte; 0: the byte is written as it is. */
function lettersFor(delimiter: number): Uint8Array {
  const letters = new Uint8Array(256);
  for (const byte of [delimiter, BACKSLASH]) letters[byte] = byte;
  for (const [letter, byte] of escapes) letters[byte] = letter;
  return letters;
}

function write(value: Buffer, letters: Uint8Array, into: ByteSplice): void {
  if (!needsLetters(value, letters)) {
    into.bytes(value);
    return;
  }
  for (let at = 0; at < value.length; at++) {
    const byte = value[at] ?? 0;
    const letter = letters[byte] ?? 0;
    if (letter !== 0) into.byte(BACKSLASH);
    into.byte(letter === 0 ? byte : letter);
  }
}

function needsLetters(value: Buffer, letters: Uint8Array): boolean {
  for (let at = 0; at < value.length; at++) if (letters[value[at] ?? 0] !== 0) return true;
  return false;
}
