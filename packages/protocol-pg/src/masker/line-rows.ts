import { GatewayError } from "@sallyport/shared/errors";
import type { CopyFields } from "./copy-fields.ts";
import type { CopyRows } from "./copy-rows.ts";
import { ReplacedParts } from "./replaced-parts.ts";
import { UnfinishedRow } from "./unfinished-row.ts";
import type { ValueMasker } from "./value-masker.ts";

const NEWLINE_BYTES = 1;

/** What was written last for a column. */
interface Writing {
  readonly value: Buffer;
  readonly field: Buffer;
}

/** Masks a COPY whose rows are lines. */
export class LineRows implements CopyRows {
  readonly #fields: CopyFields;
  readonly #maskers: readonly (ValueMasker | undefined)[];
  readonly #unfinished = new UnfinishedRow();
  readonly #replaced = new ReplacedParts();
  readonly #lastWritings: Writing[] = [];
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
      // mostly a payload is one line
      const isWhole = at === 0 && end === payload.length;
      const line = this.#unfinished.joinedWith(isWhole ? payload : payload.subarray(at, end));
      const masked = this.#line(line);
      changed ||= masked !== undefined;
      written.push(masked ?? line);
      at = end;
    }
    if (at < payload.length) this.#unfinished.add(payload.subarray(at));
    else if (!changed) return undefined;
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
    this.#replaced.clear();
    let count = 0;
    // a line without columns is empty, and so is one of a single empty column
    for (let start = 0; start <= lineEnd && this.#maskers.length > 0; count++) {
      const end = this.#fields.endOfField(line, start, lineEnd);
      const field = isHeader ? undefined : this.#field(line, start, end, count);
      if (field !== undefined) this.#replaced.add(start, end, field);
      if (end < lineEnd && line[end] !== delimiter) throw mismatch("a field does not end where it should");
      start = end + 1;
    }
    if (count !== this.#maskers.length) {
      throw mismatch(`a row of ${count} fields came where ${this.#maskers.length} were expected`);
    }
    return this.#replaced.written(line, 0, line.length);
  }

  #field(line: Buffer, start: number, end: number, column: number): Buffer | undefined {
    const mask = this.#maskers[column];
    if (mask === undefined) return undefined;
    const { nullText } = this.#fields;
    if (end - start === nullText.length && nullText.compare(line, start, end) === 0) return undefined;
    const value = this.#fields.read(line, start, end);
    const masked = value === undefined ? mask(line, start, end) : mask(value, 0, value.length);
    if (masked === undefined) return undefined;
    return masked === null ? nullText : this.#written(masked, column);
  }

  /** What stands for every value of a column is written once. */
  #written(value: Buffer, column: number): Buffer {
    const last = this.#lastWritings[column];
    if (last?.value === value) return last.field;
    const field = this.#fields.write(value);
    this.#lastWritings[column] = { value, field };
    return field;
  }
}

function mismatch(what: string): GatewayError {
  return new GatewayError("mask/mismatch", what);
}
