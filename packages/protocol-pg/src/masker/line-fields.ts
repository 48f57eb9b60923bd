/** Where the fields of one line end, as far as its bytes have come. Kept by whoever looks at these bytes, and used again for each line. */
export class LineFields {
  /** Whether all its fields say just what their bytes are. */
  isPlain = true;
  /** What a look at the line's bytes leaves behind for the next one. */
  state = 0;
  readonly #ends: Int32Array;
  #count = 0;
  /** Where the line begins among the bytes at hand; before them where it came in parts. In between, how far from their end. */
  #from = 0;

  constructor(fields: number) {
    this.#ends = new Int32Array(fields);
  }

  /** How many there are; those beyond the expected number are only counted. */
  get count(): number {
    return this.#count;
  }

  /** Starts over with the line that begins at `at`. */
  begin(at: number): void {
    this.isPlain = true;
    this.state = 0;
    this.#count = 0;
    this.#from = at;
  }

  /** A field ends at `at`, and the next one begins behind it. */
  endField(at: number): void {
    this.#ends[this.#count++] = at - this.#from;
  }

  /** The bytes at hand end at `at`, and the line goes on in others. */
  leave(at: number): void {
    this.#from -= at;
  }

  /** It goes on at `at` in these. */
  resume(at: number): void {
    this.#from += at;
  }

  /** Counted from the beginning of the line. */
  startOf(index: number): number {
    return index === 0 ? 0 : this.endOf(index - 1) + 1;
  }

  endOf(index: number): number {
    return this.#ends[index] ?? 0;
  }
}
