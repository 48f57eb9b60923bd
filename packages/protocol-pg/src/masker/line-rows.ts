import { GatewayError } from "@sallyport/shared/errors";
import type { CopyFields } from "./copy-fields.ts";
import type { CopyRows } from "./copy-rows.ts";
import { UnfinishedRow } from "./unfinished-row.ts";
import type { ValueMasker } from "./value-masker.ts";

const NEWLINE_BYTES = 1;

/** Masks a COPY whose rows are lines. */
export class LineRows implements CopyRows {
  readonly #fields: CopyFields;
  readonly #maskers: readonly (ValueMasker | undefined)[];
  readonly #unfinished = new UnfinishedRow();
  readonly #writings = new WeakMap<Buffer, Buffer>();
  #state = 0;
  /** The names in the first row are no values. */
  #isHeader: boolean;

  constructor(fields: CopyFields, header: boolean, maskers: readonly (ValueMasker | undefined)[]) {
    this.#fields = fields;
    this.#isHeader = header;
    this.#maskers = maskers;
  }

  mask(payload: Buffer): Buffer | undefined {
    const written: Buffer[] = [];
    let changed = this.#unfinished.length > 0;
    let at = 0;
    while (at < payload.length) {
      const { end, state } = this.#fields.endOfLine(payload, at, this.#state);
      this.#state = state;
      if (end === -1) break;
      const line = this.#unfinished.joinedWith(payload.subarray(at, end));
      const masked = this.#line(line);
      changed ||= masked !== undefined;
      written.push(masked ?? line);
      at = end;
    }
    this.#unfinished.add(payload.subarray(at));
    if (!changed && at === payload.length) return undefined;
    return written.length === 1 ? written[0] : Buffer.concat(written);
  }

  end(): void {
    this.#unfinished.expectNone();
  }

  /** One line with its newline. */
  #line(line: Buffer): Buffer | undefined {
    const lineEnd = line.length - NEWLINE_BYTES;
    const isHeader = this.#isHeader;
    this.#isHeader = false;
    const { delimiter } = this.#fields;
    const written: Buffer[] = [];
    let copied = 0;
    let count = 0;
    // a line without columns is empty, and so is one of a single empty column
    for (let start = 0; start <= lineEnd && this.#maskers.length > 0; count++) {
      const end = this.#fields.endOfField(line, start, lineEnd);
      const field = isHeader ? undefined : this.#field(line, start, end, this.#maskers[count]);
      if (field !== undefined) {
        written.push(line.subarray(copied, start), field);
        copied = end;
      }
      if (end < lineEnd && line[end] !== delimiter) throw mismatch("a field does not end where it should");
      start = end + 1;
    }
    if (count !== this.#maskers.length) {
      throw mismatch(`a row of ${count} fields came where ${this.#maskers.length} were expected`);
    }
    if (written.length === 0) return undefined;
    written.push(line.subarray(copied));
    return joined(written);
  }

  #field(line: Buffer, start: number, end: number, mask: ValueMasker | undefined): Buffer | undefined {
    if (mask === undefined) return undefined;
    const { nullText } = this.#fields;
    if (end - start === nullText.length && nullText.compare(line, start, end) === 0) return undefined;
    const value = this.#fields.read(line, start, end);
    const masked = value === undefined ? mask(line, start, end) : mask(value, 0, value.length);
    if (masked === undefined) return undefined;
    return masked === null ? nullText : this.#written(masked);
  }

  /** What stands for every value of a column is written once. */
  #written(value: Buffer): Buffer {
    const known = this.#writings.get(value);
    if (known !== undefined) return known;
    const written = this.#fields.write(value);
    this.#writings.set(value, written);
    return written;
  }
}

/** Quicker than Buffer.concat for pieces as short as fields are. */
function joined(pieces: readonly Buffer[]): Buffer {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const whole = Buffer.allocUnsafe(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function mismatch(what: string): GatewayError {
  return new GatewayError("mask/mismatch", what);
}
