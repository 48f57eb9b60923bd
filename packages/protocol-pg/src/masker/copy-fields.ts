import type { ByteSplice } from "./byte-splice.ts";

/** How one form of COPY writes the fields of a line. */
export interface CopyFields {
  /** The byte that ends a field that is not the last. */
  readonly delimiter: number;
  /** What stands for NULL. */
  readonly nullText: Buffer;
  /** Where the field ends that begins at `start`: at a delimiter or at `end`. */
  endOfField(bytes: Buffer, start: number, end: number): number;
  /** Looks for the end of a line; `state` is what the last look left behind, or 0 at the beginning of one. */
  endOfLine(bytes: Buffer, start: number, state: number): LineEnd;
  /** What the field `bytes[start..end)`, which is not NULL, says; undefined: just these bytes. */
  read(bytes: Buffer, start: number, end: number): Buffer | undefined;
  /** Writes a field that says this, whatever it is. */
  write(value: Buffer, into: ByteSplice): void;
}

export interface LineEnd {
  /** Behind the newline; -1: it has not come yet. */
  readonly end: number;
  readonly state: number;
}

/** Whether a byte is in a value. Most are so short that a loop is the fastest. */
export function hasByte(bytes: Buffer, start: number, end: number, byte: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === byte) return true;
  return false;
}
