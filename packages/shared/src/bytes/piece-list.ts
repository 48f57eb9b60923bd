/** Pieces at least this long are kept as they are; shorter ones are gathered, or a peer that sends single bytes makes us keep an object for each. */
const KEEP_FROM_BYTES = 4096;
const GATHER_BYTES = 16 * 1024;

/** Collects the pieces of one message and joins them once. What it keeps is in proportion to what was received, not to what was announced. */
export class PieceList {
  #pieces: Buffer[] = [];
  #gathered = Buffer.alloc(0);
  #gatheredFrom = 0;
  #gatheredTo = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Takes a view: the memory behind a long piece must not change until the pieces were joined. */
  add(piece: Buffer): void {
    this.#length += piece.length;
    if (piece.length >= KEEP_FROM_BYTES) {
      this.#flush();
      this.#pieces.push(piece);
      return;
    }
    if (this.#gathered.length - this.#gatheredTo < piece.length) {
      this.#flush();
      this.#gathered = Buffer.allocUnsafeSlow(GATHER_BYTES);
      this.#gatheredFrom = 0;
      this.#gatheredTo = 0;
    }
    piece.copy(this.#gathered, this.#gatheredTo);
    this.#gatheredTo += piece.length;
  }

  /** Everything in one buffer; the list is empty again. */
  join(): Buffer {
    this.#flush();
    const joined = Buffer.concat(this.#pieces, this.#length);
    this.#pieces = [];
    this.#gathered = Buffer.alloc(0);
    this.#gatheredFrom = 0;
    this.#gatheredTo = 0;
    this.#length = 0;
    return joined;
  }

  #flush(): void {
    if (this.#gatheredTo === this.#gatheredFrom) return;
    this.#pieces.push(this.#gathered.subarray(this.#gatheredFrom, this.#gatheredTo));
    this.#gatheredFrom = this.#gatheredTo;
  }
}
