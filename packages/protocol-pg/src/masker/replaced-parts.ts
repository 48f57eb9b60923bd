/** Shorter pieces are copied faster one byte after the other. */
const COPY_FROM_BYTES = 64;

/** Parts of some bytes, in order, and what comes in their place. The memory for that is used again. */
export class ReplacedParts {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #pieces: Buffer[] = [];
  #count = 0;
  #growth = 0;

  clear(): void {
    this.#count = 0;
    this.#growth = 0;
  }

  add(start: number, end: number, by: Buffer): void {
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#pieces[this.#count] = by;
    this.#count++;
    this.#growth += by.length - (end - start);
  }

  /** The bytes `bytes[start..end)` with their parts replaced; undefined: there are none. */
  written(bytes: Buffer, start: number, end: number): Buffer | undefined {
    if (this.#count === 0) return undefined;
    const whole = Buffer.allocUnsafe(end - start + this.#growth);
    let at = 0;
    let copied = start;
    for (let index = 0; index < this.#count; index++) {
      const piece = this.#pieces[index];
      at = copyBytes(bytes, copied, this.#starts[index] ?? end, whole, at);
      if (piece !== undefined) at = copyBytes(piece, 0, piece.length, whole, at);
      copied = this.#ends[index] ?? end;
    }
    copyBytes(bytes, copied, end, whole, at);
    return whole;
  }
}

/** Copies `bytes[start..end)` and says where they end. */
export function copyBytes(bytes: Buffer, start: number, end: number, into: Buffer, at: number): number {
  if (end - start >= COPY_FROM_BYTES) return at + bytes.copy(into, at, start, end);
  for (let from = start, to = at; from < end; from++, to++) into[to] = bytes[from] ?? 0;
  return at + end - start;
}
