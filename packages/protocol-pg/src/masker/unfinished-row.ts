import { PieceList } from "@sallyport/shared/bytes/piece-list";
import { GatewayError } from "@sallyport/shared/errors";

/** A row must be seen whole to be masked; of longer ones the statement fails. */
export const MAX_ROW_BYTES = 16 * 1024 * 1024;

/** The beginning of a row whose rest has not come yet. It keeps copies. */
export class UnfinishedRow {
  readonly #pieces = new PieceList();

  get length(): number {
    return this.#pieces.length;
  }

  add(piece: Buffer): void {
    if (this.length + piece.length > MAX_ROW_BYTES) {
      throw new GatewayError("session/limit", `a row of more than ${MAX_ROW_BYTES} bytes in a result that is masked`);
    }
    if (piece.length > 0) this.#pieces.add(Buffer.from(piece));
  }

  /** What was kept, with what has come; nothing is kept any more. */
  joinedWith(payload: Buffer): Buffer {
    if (this.length === 0) return payload;
    this.add(payload);
    return this.#pieces.join();
  }

  /** Throws unless the last row has ended. */
  expectNone(): void {
    if (this.length !== 0) throw new GatewayError("server/malformed", "the data of a COPY ends in the middle of a row");
  }
}
