import type { ServerStep } from "@sallyport/shared/adapter";
import { pieceOf, viewOf } from "@sallyport/shared/bytes/piece";
import { PieceList } from "@sallyport/shared/bytes/piece-list";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import { createCopyMasker, type CopyMasker } from "../masker/copy-masker.ts";
import { createRowMasker, type RowMasker } from "../masker/row-masker.ts";
import type { MessageSplice } from "../masker/message-splice.ts";
import { MAX_ROW_BYTES } from "../masker/unfinished-row.ts";
import { HEADER_BYTES } from "../messages/body.ts";
import { int32At } from "../messages/integers.ts";
import type { ColumnDescription } from "../messages/row-description.ts";
import type { RunningStatement } from "./running-statement.ts";
import { overLimit } from "./refusals.ts";

const VERBATIM: ServerStep = { kind: "verbatim" };
const DROPPED: ServerStep = { kind: "dropped" };

/** `undescribed`: no row may come yet. `clear`: every row passes as it is. */
type Rows =
  | { readonly kind: "undescribed" }
  | { readonly kind: "clear" }
  | { readonly kind: "masked"; readonly masker: RowMasker }
  | { readonly kind: "copied"; readonly masker: CopyMasker };

const UNDESCRIBED: Rows = { kind: "undescribed" };
const CLEAR: Rows = { kind: "clear" };

/** Whether a result can be passed on only by somebody who knows its columns. Limits alone need nothing of the kind. */
export function asksAboutColumns({ columns, find, hidesTexts }: ResultPlan): boolean {
  return columns !== undefined || find.length > 0 || hidesTexts;
}

/**
 * The result of one running of a statement under a plan: what of it passes, and how. What throws here (`mask/mismatch` or
 * `session/limit`) ends the statement, not the session.
 */
export class PlannedResult {
  readonly plan: ResultPlan;
  readonly #statement: RunningStatement;
  readonly #splice: MessageSplice;
  readonly #collected = new PieceList();
  #rows: Rows;
  #count = 0;
  #bytes = 0;

  constructor(statement: RunningStatement, plan: ResultPlan, splice: MessageSplice) {
    this.#statement = statement;
    this.plan = plan;
    this.#splice = splice;
    this.#rows = asksAboutColumns(plan) ? UNDESCRIBED : CLEAR;
  }

  get awaitsDescription(): boolean {
    return this.#rows === UNDESCRIBED;
  }

  /** The server has said what the rows to come are made of. */
  described(columns: readonly ColumnDescription[]): void {
    const masker = createRowMasker(this.plan, columns, this.#splice);
    this.#rows = masker === undefined ? CLEAR : { kind: "masked", masker };
  }

  /** The server begins to send so many columns as COPY's data. */
  copyBegins(columns: number): void {
    if (this.#rows === CLEAR) return;
    const { effect, types = Array.from<undefined>({ length: columns }) } = this.#statement;
    if (effect.kind !== "copy-out" || effect.form === undefined || types.length !== columns) {
      throw new GatewayError("mask/mismatch", "data of COPY came in a form that is not known");
    }
    // Only its lineage tells where data of COPY comes from, and here it did not.
    if (this.plan.hidesTexts && this.plan.columns === undefined) {
      throw new GatewayError("mask/mismatch", "data of COPY came of masked tables, of columns that are not known");
    }
    const masker = createCopyMasker(this.plan, effect.form, types, this.#splice);
    this.#rows = masker === undefined ? CLEAR : { kind: "copied", masker };
  }

  /** The last of COPY's data has come. */
  copyDone(): void {
    if (this.#rows.kind === "copied") this.#rows.masker.end();
  }

  /** A row or a part of one. */
  row(frame: Frame): ServerStep {
    const begins = frame.part === "whole" || frame.part === "first";
    if (begins) this.#countRow(frame);
    const step = this.#passed(frame);
    if (step.kind === "rewritten") this.#countBytes(step.piece.end - step.piece.start);
    else if (begins && step.kind === "verbatim") this.#countBytes(lengthOf(frame));
    return step;
  }

  #passed(frame: Frame): ServerStep {
    switch (this.#rows.kind) {
      case "undescribed":
        throw new GatewayError("mask/mismatch", "a row came before the description of its columns");
      case "clear":
        return VERBATIM;
      case "masked":
        return this.#masked(frame, this.#rows.masker);
      case "copied":
        return this.#copied(frame, this.#rows.masker);
    }
  }

  #masked(frame: Frame, masker: RowMasker): ServerStep {
    if (frame.part === "whole") {
      const masked = masker.mask(frame.chunk, frame.start + HEADER_BYTES, frame.end);
      return masked === undefined ? VERBATIM : { kind: "rewritten", piece: masked };
    }
    this.#collected.add(viewOf(frame));
    if (frame.part !== "last") return DROPPED;
    const row = this.#collected.join();
    return { kind: "rewritten", piece: masker.mask(row, HEADER_BYTES, row.length) ?? pieceOf(row) };
  }

  /** Pieces of a long message go on as messages of their own: where COPY's data is cut means nothing. */
  #copied({ tag, chunk, start, end, part }: Frame, masker: CopyMasker): ServerStep {
    const isBegun = part === "whole" || part === "first";
    const payload = isBegun ? start + HEADER_BYTES : start;
    const masked = masker.mask(chunk, payload, end);
    if (masked === undefined && part === "whole") return VERBATIM;
    const piece = masked ?? this.#splice.message(tag, chunk, payload, end);
    return piece.start === piece.end ? DROPPED : { kind: "rewritten", piece };
  }

  #countRow(frame: Frame): void {
    const { rows } = this.plan.limits;
    if (rows !== undefined && ++this.#count > rows) throw overLimit(`a result of more than ${rows} rows`);
    if (this.#rows.kind !== "clear" && lengthOf(frame) > MAX_ROW_BYTES) {
      throw overLimit(`a row of more than ${MAX_ROW_BYTES} bytes in a result that is masked`);
    }
  }

  /** As the client gets them: how long a value is that it does not get is not for it to know. */
  #countBytes(length: number): void {
    const { bytes } = this.plan.limits;
    this.#bytes += length;
    if (bytes !== undefined && this.#bytes > bytes) throw overLimit(`a result of more than ${bytes} bytes`);
  }
}

/** Of the whole message that begins in it. */
function lengthOf({ part, chunk, start, end }: Frame): number {
  return part === "whole" ? end - start : int32At(chunk, start + 1) + 1;
}
