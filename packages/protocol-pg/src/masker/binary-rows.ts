import { pieceOf, type Piece } from "@sallyport/shared/bytes/piece";
import { GatewayError } from "@sallyport/shared/errors";
import { int32At, uint16At } from "../messages/integers.ts";
import { serverTag } from "../messages/tags.ts";
import type { CopyRows } from "./copy-rows.ts";
import { FieldList, INCOMPLETE } from "./field-list.ts";
import type { MessageSplice } from "./message-splice.ts";
import { UnfinishedRow } from "./unfinished-row.ts";
import type { ValueMasker } from "./value-masker.ts";

const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");
const FLAGS_AT = SIGNATURE.length;
const EXTENSION_LENGTH_AT = FLAGS_AT + 4;
const HEADER_BYTES = EXTENSION_LENGTH_AT + 4;
const MAX_EXTENSION_BYTES = 1024;
const TRAILER = 0xffff;
const TRAILER_BYTES = 2;
const NOTHING = pieceOf(Buffer.alloc(0));

/** Masks the binary COPY: a header, rows, and -1 in place of a row's number of fields. */
export class BinaryRows implements CopyRows {
  readonly #fields: FieldList;
  readonly #unfinished = new UnfinishedRow();
  readonly #splice: MessageSplice;
  #at: "header" | "rows" | "end" = "header";
  /** It is no use to look again before so much has come. */
  #wanted = HEADER_BYTES;

  constructor(maskers: readonly (ValueMasker | undefined)[], splice: MessageSplice) {
    this.#fields = new FieldList(maskers);
    this.#splice = splice;
  }

  mask(bytes: Buffer, start: number, end: number): Piece | undefined {
    if (this.#at === "end" && end > start) throw behindEnd();
    if (this.#unfinished.length === 0 && end - start >= this.#wanted) return this.#rows(bytes, start, end);
    const payload = bytes.subarray(start, end);
    if (this.#unfinished.length + payload.length < this.#wanted) {
      this.#unfinished.add(payload);
      return NOTHING;
    }
    const joined = this.#unfinished.joinedWith(payload);
    return this.#rows(joined, 0, joined.length) ?? this.#message(joined, 0, joined.length);
  }

  end(): void {
    this.#unfinished.expectNone();
    if (this.#at !== "end") throw new GatewayError("server/malformed", "the data of a COPY has no end");
  }

  /** What begins at `start`, perhaps with the header; undefined: it is whole, and stays as it is. */
  #rows(bytes: Buffer, start: number, end: number): Piece | undefined {
    let at = this.#at === "header" ? this.#header(bytes, start, end) : start;
    this.#splice.begin(bytes, start);
    while (this.#at === "rows" && at < end) {
      const rowEnd = this.#row(bytes, at, end);
      if (rowEnd === INCOMPLETE) break;
      at = rowEnd;
    }
    if (this.#at === "end" && at < end) throw behindEnd();
    const masked = this.#splice.finish(serverTag.copyData, at);
    if (at === end) return masked;
    this.#unfinished.add(bytes.subarray(at, end));
    return masked ?? this.#message(bytes, start, at);
  }

  #message(bytes: Buffer, start: number, end: number): Piece {
    return start === end ? NOTHING : this.#splice.message(serverTag.copyData, bytes, start, end);
  }

  /** Where the rows begin, or where the header does until all of it has come. */
  #header(bytes: Buffer, start: number, end: number): number {
    const isKnown = bytes.subarray(start, start + FLAGS_AT).equals(SIGNATURE);
    if (!isKnown || int32At(bytes, start + FLAGS_AT) !== 0) {
      throw new GatewayError("mask/mismatch", "the data of a binary COPY begins in an unknown way");
    }
    const extension = int32At(bytes, start + EXTENSION_LENGTH_AT);
    if (extension < 0 || extension > MAX_EXTENSION_BYTES) {
      throw new GatewayError("mask/mismatch", `the header of a binary COPY has ${extension} bytes more`);
    }
    this.#wanted = HEADER_BYTES + extension;
    if (end - start < this.#wanted) return start;
    const rows = start + this.#wanted;
    this.#at = "rows";
    this.#wanted = TRAILER_BYTES;
    return rows;
  }

  /** Masks a row, or sees the end. `INCOMPLETE`: the rest of it has not come. */
  #row(bytes: Buffer, at: number, end: number): number {
    if (end - at >= TRAILER_BYTES && uint16At(bytes, at) === TRAILER) {
      this.#at = "end";
      return at + TRAILER_BYTES;
    }
    const rowEnd = this.#fields.endOf(this.#splice.viewOf(bytes), at, end);
    this.#wanted = rowEnd === INCOMPLETE ? this.#fields.wanted : TRAILER_BYTES;
    return rowEnd === INCOMPLETE ? INCOMPLETE : this.#fields.mask(bytes, at, rowEnd, this.#splice);
  }
}

function behindEnd(): GatewayError {
  return new GatewayError("server/malformed", "the data of a COPY goes on behind its end");
}
