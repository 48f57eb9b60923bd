import { GatewayError } from "@sallyport/shared/errors";
import { copyBytes } from "./replaced-parts.ts";
import type { Masked, ValueMasker } from "./value-masker.ts";

const COUNT_BYTES = 2;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/** The row goes on behind the bytes that there are. */
export const INCOMPLETE = -1;

/**
 * The fields of one row after another, as DataRow and the binary COPY have them:
 *
 *     int16 n { int32 length, bytes }*n
 *
 * Reading a row masks it; what has changed is kept until it is written. The memory for that is used again for each row.
 */
export class FieldList {
  readonly #maskers: readonly (ValueMasker | undefined)[];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #values: Masked<Buffer>[] = [];
  #changed = 0;
  #wanted = 0;

  constructor(maskers: readonly (ValueMasker | undefined)[]) {
    this.#maskers = maskers;
  }

  /** How many bytes a row that was incomplete has at least. */
  get wanted(): number {
    return this.#wanted;
  }

  /** Where the row ends that begins at `start`, or `INCOMPLETE`. Throws where it has another number of fields than maskers. */
  read(bytes: Buffer, start: number): number {
    this.#changed = 0;
    this.#wanted = COUNT_BYTES;
    if (bytes.length - start < COUNT_BYTES) return INCOMPLETE;
    const count = bytes.readUInt16BE(start);
    if (count !== this.#maskers.length) throw mismatch(count, this.#maskers.length);
    let at = start + COUNT_BYTES;
    for (let index = 0; index < count; index++) {
      this.#wanted = at + LENGTH_BYTES - start;
      if (bytes.length - at < LENGTH_BYTES) return INCOMPLETE;
      const length = bytes.readInt32BE(at);
      const from = at + LENGTH_BYTES;
      at = from;
      if (length === NULL_LENGTH) continue;
      if (length < 0) throw new GatewayError("server/malformed", `a field has ${length} bytes`);
      at += length;
      this.#wanted = at - start;
      if (at > bytes.length) return INCOMPLETE;
      const masked = this.#maskers[index]?.(bytes, from, at);
      if (masked !== undefined) this.#change(from - LENGTH_BYTES, at, masked);
    }
    return at;
  }

  /** The row that was read last, masked; undefined: nothing of it has changed. */
  written(bytes: Buffer, start: number, end: number): Buffer | undefined {
    if (this.#changed === 0) return undefined;
    const row = Buffer.allocUnsafe(this.#length(start, end));
    let at = 0;
    let copied = start;
    for (let index = 0; index < this.#changed; index++) {
      const value = this.#values[index] ?? undefined;
      at = copyBytes(bytes, copied, this.#starts[index] ?? end, row, at);
      at = row.writeInt32BE(value?.length ?? NULL_LENGTH, at);
      if (value !== undefined) at = copyBytes(value, 0, value.length, row, at);
      copied = this.#ends[index] ?? end;
    }
    copyBytes(bytes, copied, end, row, at);
    return row;
  }

  #change(start: number, end: number, value: Masked<Buffer>): void {
    this.#starts[this.#changed] = start;
    this.#ends[this.#changed] = end;
    this.#values[this.#changed] = value;
    this.#changed++;
  }

  #length(start: number, end: number): number {
    let length = end - start;
    for (let index = 0; index < this.#changed; index++) {
      length += LENGTH_BYTES + (this.#values[index]?.length ?? 0);
      length -= (this.#ends[index] ?? 0) - (this.#starts[index] ?? 0);
    }
    return length;
  }
}

function mismatch(count: number, expected: number): GatewayError {
  return new GatewayError("mask/mismatch", `a row of ${count} fields came where ${expected} were described`);
}
