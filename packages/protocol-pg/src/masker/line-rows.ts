import { pieceOf, type Piece } from "@sallyport/shared/bytes/piece";
import { GatewayError } from "@sallyport/shared/errors";
import { serverTag } from "../messages/tags.ts";
import { LINE_GOES_ON, type CopyFields } from "./copy-fields.ts";
import type { CopyRows } from "./copy-rows.ts";
import { LineFields } from "./line-fields.ts";
import type { MessageSplice } from "./message-splice.ts";
import { UnfinishedRow } from "./unfinished-row.ts";
import type { ValueMasker } from "./value-masker.ts";

const NOTHING = pieceOf(Buffer.alloc(0));

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

  mask(bytes: Buffer, start: number, end: number): Piece | undefined {
    const line = this.#line;
    line.resume(start);
    const firstEnd = this.#look(bytes, start, end);
    if (firstEnd === LINE_GOES_ON) {
      line.leave(end);
      this.#unfinished.add(bytes.subarray(start, end));
      return NOTHING;
    }
    if (this.#unfinished.length === 0) return this.#lines(bytes, start, end, firstEnd);
    const joined = this.#unfinished.joinedWith(bytes.subarray(start, end));
    line.resume(joined.length - end);
    const ended = firstEnd + joined.length - end;
    return (
      this.#lines(joined, 0, joined.length, ended) ?? this.#splice.message(serverTag.copyData, joined, 0, joined.length)
    );
  }

  end(): void {
    this.#unfinished.expectNone();
  }

  /** Lines that begin at `start`, of which the first ends at `firstEnd`; undefined: they are whole, and stay as they are. */
  #lines(bytes: Buffer, start: number, end: number, firstEnd: number): Piece | undefined {
    const line = this.#line;
    this.#splice.begin(bytes, start);
    let from = start;
    for (let to = firstEnd; to !== LINE_GOES_ON; to = this.#look(bytes, from, end)) {
      this.#mask(bytes, from);
      from = to;
      line.begin(from);
    }
    line.leave(end);
    const masked = this.#splice.finish(serverTag.copyData, from);
    if (from === end) return masked;
    this.#unfinished.add(bytes.subarray(from, end));
    return masked ?? this.#splice.message(serverTag.copyData, bytes, start, from);
  }

  #look(bytes: Buffer, start: number, end: number): number {
    // servers send each line by itself, so that mostly nothing is behind it
    return start === end ? LINE_GOES_ON : this.#fields.look(this.#splice.viewOf(bytes), start, end, this.#line);
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
