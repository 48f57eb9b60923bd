import { GatewayError } from "@sallyport/shared/errors";
import { serverTag } from "../messages/tags.ts";
import { LINE_GOES_ON, type CopyFields } from "./copy-fields.ts";
import type { CopyRows } from "./copy-rows.ts";
import { LineFields } from "./line-fields.ts";
import type { MessageSplice } from "./message-splice.ts";
import { UnfinishedRow } from "./unfinished-row.ts";
import type { ValueMasker } from "./value-masker.ts";

const NOTHING = Buffer.alloc(0);

/** Masks a COPY whose rows are lines. */
export class LineRows implements CopyRows {
  readonly #fields: CopyFields;
  readonly #maskers: readonly (ValueMasker | undefined)[];
  readonly #splice: MessageSplice;
  readonly #unfinished = new UnfinishedRow();
  readonly #line: LineFields;
  /** The names in the first row are no values. */
  #isHeader: boolean;

  constructor(
    fields: CopyFields,
    header: boolean,
    maskers: readonly (ValueMasker | undefined)[],
    splice: MessageSplice,
  ) {
    this.#fields = fields;
    this.#isHeader = header;
    this.#maskers = maskers;
    this.#splice = splice;
    this.#line = new LineFields(maskers.length);
  }

  mask(payload: Buffer): Buffer | undefined {
    const line = this.#line;
    let end = this.#fields.look(payload, 0, line);
    if (end === LINE_GOES_ON) {
      line.goOn(payload.length);
      this.#unfinished.add(payload);
      return NOTHING;
    }
    const bytes = this.#unfinished.joinedWith(payload);
    const before = bytes.length - payload.length;
    this.#splice.begin(bytes, 0);
    let start = 0;
    for (; end !== LINE_GOES_ON; end = this.#fields.look(payload, end, line)) {
      this.#mask(bytes, start);
      start = before + end;
      line.begin(end);
    }
    line.goOn(payload.length);
    const masked = this.#splice.finish(serverTag.copyData, start);
    if (start === bytes.length) return masked ?? (before === 0 ? undefined : this.#message(bytes));
    this.#unfinished.add(bytes.subarray(start));
    return masked ?? this.#message(bytes.subarray(0, start));
  }

  end(): void {
    this.#unfinished.expectNone();
  }

  #message(body: Buffer): Buffer {
    return this.#splice.message(serverTag.copyData, body);
  }

  /** The line that begins at `start`. */
  #mask(bytes: Buffer, start: number): void {
    const line = this.#line;
    const maskers = this.#maskers;
    if (line.count !== maskers.length) {
      const what = `a row of ${line.count} fields came where ${maskers.length} were expected`;
      throw new GatewayError("mask/mismatch", what);
    }
    const isHeader = this.#isHeader;
    this.#isHeader = false;
    if (isHeader) return;
    for (let index = 0; index < maskers.length; index++) {
      const mask = maskers[index];
      if (mask !== undefined) this.#field(bytes, start + line.startOf(index), start + line.endOf(index), mask);
    }
  }

  #field(bytes: Buffer, start: number, end: number, mask: ValueMasker): void {
    if (this.#isNull(bytes, start, end)) return;
    const value = this.#line.isPlain ? undefined : this.#fields.read(bytes, start, end);
    const masked = value === undefined ? mask(bytes, start, end) : mask(value, 0, value.length);
    if (masked === undefined) return;
    this.#splice.replace(start, end);
    if (masked === null) this.#splice.bytes(this.#fields.nullText);
    else this.#fields.write(masked, this.#splice);
  }

  #isNull(bytes: Buffer, start: number, end: number): boolean {
    const { nullText } = this.#fields;
    if (end - start !== nullText.length) return false;
    for (let at = 0; at < nullText.length; at++) if (bytes[start + at] !== nullText[at]) return false;
    return true;
  }
}
