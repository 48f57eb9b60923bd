import { GatewayError } from "@sallyport/shared/errors";
import { ByteSplice } from "./byte-splice.ts";
import type { CopyFields } from "./copy-fields.ts";
import type { CopyRows } from "./copy-rows.ts";
import { UnfinishedRow } from "./unfinished-row.ts";
import type { ValueMasker } from "./value-masker.ts";

const NEWLINE_BYTES = 1;
const NOTHING = Buffer.alloc(0);

/** Masks a COPY whose rows are lines. */
export class LineRows implements CopyRows {
  readonly #fields: CopyFields;
  readonly #maskers: readonly (ValueMasker | undefined)[];
  readonly #unfinished = new UnfinishedRow();
  readonly #splice = new ByteSplice();
  #state = 0;
  /** The names in the first row are no values. */
  #isHeader: boolean;

  constructor(fields: CopyFields, header: boolean, maskers: readonly (ValueMasker | undefined)[]) {
    this.#fields = fields;
    this.#isHeader = header;
    this.#maskers = maskers;
  }

  mask(payload: Buffer): Buffer | undefined {
    let end = this.#endOfLine(payload, 0);
    if (end === -1) {
      this.#unfinished.add(payload);
      return NOTHING;
    }
    const bytes = this.#unfinished.joinedWith(payload);
    end += bytes.length - payload.length;
    this.#splice.begin(bytes, 0);
    let start = 0;
    for (; end !== -1; end = this.#endOfLine(bytes, start)) {
      this.#line(bytes, start, end - NEWLINE_BYTES);
      start = end;
    }
    const masked = this.#splice.finish(start);
    if (masked === undefined && bytes === payload && start === bytes.length) return undefined;
    this.#unfinished.add(bytes.subarray(start));
    return masked ?? bytes.subarray(0, start);
  }

  end(): void {
    this.#unfinished.expectNone();
  }

  /** Behind the newline of the line that goes on, or begins, at `start`; -1: it has not come yet. */
  #endOfLine(bytes: Buffer, start: number): number {
    if (start === bytes.length) return -1;
    const { end, state } = this.#fields.endOfLine(bytes, start, this.#state);
    this.#state = state;
    return end;
  }

  /** One line without its newline. */
  #line(bytes: Buffer, lineStart: number, lineEnd: number): void {
    const fields = this.#fields;
    const maskers = this.#maskers;
    const isHeader = this.#isHeader;
    this.#isHeader = false;
    let count = 0;
    // a line without columns is empty, and so is one of a single empty column
    for (let start = lineStart; start <= lineEnd && maskers.length > 0; count++) {
      const end = fields.endOfField(bytes, start, lineEnd);
      const mask = isHeader ? undefined : maskers[count];
      if (mask !== undefined) this.#field(bytes, start, end, mask);
      if (end < lineEnd && bytes[end] !== fields.delimiter) throw mismatch("a field does not end where it should");
      start = end + 1;
    }
    if (count !== maskers.length) {
      throw mismatch(`a row of ${count} fields came where ${maskers.length} were expected`);
    }
  }

  #field(bytes: Buffer, start: number, end: number, mask: ValueMasker): void {
    const { nullText } = this.#fields;
    if (end - start === nullText.length && nullText.compare(bytes, start, end) === 0) return;
    const value = this.#fields.read(bytes, start, end);
    const masked = value === undefined ? mask(bytes, start, end) : mask(value, 0, value.length);
    if (masked === undefined) return;
    this.#splice.replace(start, end);
    if (masked === null) this.#splice.bytes(nullText);
    else this.#fields.write(masked, this.#splice);
  }
}

function mismatch(what: string): GatewayError {
  return new GatewayError("mask/mismatch", what);
}
