import { GatewayError } from "@sallyport/shared/errors";
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
const TRAILER = -1;
const TRAILER_BYTES = 2;
const NOTHING = Buffer.alloc(0);

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

  mask(payload: Buffer): Buffer | undefined {
    if (this.#at === "end" && payload.length > 0) throw behindEnd();
    if (this.#unfinished.length + payload.length < this.#wanted) {
      this.#unfinished.add(payload);
      return NOTHING;
    }
    const bytes = this.#unfinished.joinedWith(payload);
    let at = this.#at === "header" ? this.#header(bytes) : 0;
    this.#splice.begin(bytes, 0);
    while (this.#at === "rows" && at < bytes.length) {
      const end = this.#row(bytes, at);
      if (end === INCOMPLETE) break;
      at = end;
    }
    if (this.#at === "end" && at < bytes.length) throw behindEnd();
    const masked = this.#splice.finish(serverTag.copyData, at);
    if (masked === undefined && bytes === payload && at === bytes.length) return undefined;
    if (at < bytes.length) this.#unfinished.add(bytes.subarray(at));
    return masked ?? this.#message(bytes.subarray(0, at));
  }

  end(): void {
    this.#unfinished.expectNone();
    if (this.#at !== "end") throw new GatewayError("server/malformed", "the data of a COPY has no end");
  }

  #message(body: Buffer): Buffer {
    return body.length === 0 ? NOTHING : this.#splice.message(serverTag.copyData, body);
  }

  /** Where the rows begin, or 0 until the whole header has come. */
  #header(bytes: Buffer): number {
    if (!bytes.subarray(0, FLAGS_AT).equals(SIGNATURE) || bytes.readInt32BE(FLAGS_AT) !== 0) {
      throw new GatewayError("mask/mismatch", "the data of a binary COPY begins in an unknown way");
    }
    const extension = bytes.readInt32BE(EXTENSION_LENGTH_AT);
    if (extension < 0 || extension > MAX_EXTENSION_BYTES) {
      throw new GatewayError("mask/mismatch", `the header of a binary COPY has ${extension} bytes more`);
    }
    this.#wanted = HEADER_BYTES + extension;
    if (bytes.length < this.#wanted) return 0;
    const end = this.#wanted;
    this.#at = "rows";
    this.#wanted = TRAILER_BYTES;
    return end;
  }

  /** Masks a row, or sees the end. `INCOMPLETE`: the rest of it has not come. */
  #row(bytes: Buffer, at: number): number {
    if (bytes.length - at >= TRAILER_BYTES && bytes.readInt16BE(at) === TRAILER) {
      this.#at = "end";
      return at + TRAILER_BYTES;
    }
    const end = this.#fields.endOf(bytes, at);
    this.#wanted = end === INCOMPLETE ? this.#fields.wanted : TRAILER_BYTES;
    return end === INCOMPLETE ? INCOMPLETE : this.#fields.mask(bytes, at, this.#splice);
  }
}

function behindEnd(): GatewayError {
  return new GatewayError("server/malformed", "the data of a COPY goes on behind its end");
}
