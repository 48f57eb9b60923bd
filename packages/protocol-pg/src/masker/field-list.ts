import { GatewayError } from "@sallyport/shared/errors";
import type { MessageSplice } from "./message-splice.ts";
import type { ValueMasker } from "./value-masker.ts";

const COUNT_BYTES = 2;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/** The row goes on behind the bytes that there are. */
export const INCOMPLETE = -1;

/**
 * The fields of one row after another, as DataRow and the binary COPY have them:
 *
 *     int16 n { int32 length, bytes }*n
 */
export class FieldList {
  readonly #maskers: readonly (ValueMasker | undefined)[];
  #wanted = 0;

  constructor(maskers: readonly (ValueMasker | undefined)[]) {
    this.#maskers = maskers;
  }

  /** How many bytes a row that was incomplete has at least. */
  get wanted(): number {
    return this.#wanted;
  }

  /** Where the row ends that begins at `start` in the bytes up to `end`, or `INCOMPLETE`. Throws where it has another number of fields than maskers. */
  endOf(bytes: DataView, start: number, end: number): number {
    let at = start + COUNT_BYTES;
    this.#wanted = COUNT_BYTES;
    if (at > end) return INCOMPLETE;
    for (let left = this.#count(bytes, start, end); left > 0; left--) {
      at += LENGTH_BYTES;
      this.#wanted = at - start;
      if (at > end) return INCOMPLETE;
      at += bytesOf(bytes.getInt32(at - LENGTH_BYTES));
      this.#wanted = at - start;
    }
    return at > end ? INCOMPLETE : at;
  }

  /** Masks the row that begins at `start`, which must be whole in the bytes up to `end`, and says where it ends. */
  mask(bytes: Buffer, start: number, end: number, splice: MessageSplice): number {
    const maskers = this.#maskers;
    const view = splice.viewOf(bytes);
    const count = this.#count(view, start, end);
    let at = start + COUNT_BYTES;
    for (let index = 0; index < count; index++) {
      const from = at + LENGTH_BYTES;
      const length = from > end ? 0 : view.getInt32(at);
      const to = from + bytesOf(length);
      if (to > end) throw new GatewayError("server/malformed", "a row ends before its last field");
      const mask = length === NULL_LENGTH ? undefined : maskers[index];
      const masked = mask?.(bytes, from, to);
      if (masked !== undefined) {
        splice.replace(at, to);
        splice.int32(masked?.length ?? NULL_LENGTH);
        if (masked !== null) splice.bytes(masked);
      }
      at = to;
    }
    return at;
  }

  #count(bytes: DataView, start: number, end: number): number {
    if (end - start < COUNT_BYTES) throw new GatewayError("server/malformed", "a row has no number of fields");
    const count = bytes.getUint16(start);
    if (count === this.#maskers.length) return count;
    throw new GatewayError(
      "mask/mismatch",
      `a row of ${count} fields came where ${this.#maskers.length} were described`,
    );
  }
}

function bytesOf(length: number): number {
  if (length < NULL_LENGTH) throw new GatewayError("server/malformed", `a field has ${length} bytes`);
  return length === NULL_LENGTH ? 0 : length;
}
