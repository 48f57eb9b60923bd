import type { LineFields } from "./line-fields.ts";
import type { MessageSplice } from "./message-splice.ts";

/** The line goes on behind the bytes that there are. */
export const LINE_GOES_ON = -1;

/** How one form of COPY writes the fields of a line. */
export interface CopyFields {
  /** What stands for NULL. */
  readonly nullText: Buffer;
  /** Looks on through a line in `bytes[start..end)`, for where its fields end. Gives where it ends itself, behind its newline, or `LINE_GOES_ON`. */
  look(bytes: DataView, start: number, end: number, line: LineFields): number;
  /** What the field `bytes[start..end)`, which is not NULL, says; undefined: just these bytes. Only for lines that are not plain. */
  read(bytes: Buffer, start: number, end: number): Buffer | undefined;
  /** Writes a field that says this, whatever it is. */
  write(value: Buffer, into: MessageSplice): void;
}

/** Whether a byte is in a value. Most are so short that a loop is the fastest. */
export function hasByte(bytes: Buffer, start: number, end: number, byte: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === byte) return true;
  return false;
}
