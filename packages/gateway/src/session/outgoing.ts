import { pieceOf, type Piece } from "@sallyport/shared/bytes/piece";
import type { ByteStream } from "@sallyport/shared/stream/byte-stream";

const NOTHING = Buffer.alloc(0);

/** What is copied together into one write at most; a piece that is longer is written by itself. */
const MAX_JOINED_BYTES = 64 * 1024;

/**
 * Gathers what goes out in answer to one chunk that came in, so that it leaves in few writes. What lies side by side in one chunk,
 * such as frames that pass unchanged, stays one view of it.
 */
export class Outgoing {
  readonly #stream: ByteStream;
  readonly #beforeWrite: () => void;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  /** What lies side by side so far. */
  #chunk: Buffer = NOTHING;
  #start = 0;
  #end = 0;

  /** `beforeWrite` is called before anything is written; when it throws, nothing is. */
  constructor(stream: ByteStream, beforeWrite: () => void) {
    this.#stream = stream;
    this.#beforeWrite = beforeWrite;
  }

  /** Takes the bytes, not the piece: they must not change any more. */
  piece({ chunk, start, end }: Piece): void {
    if (chunk !== this.#chunk || start !== this.#end) {
      this.#closeRun();
      this.#chunk = chunk;
      this.#start = start;
    }
    this.#end = end;
  }

  bytes(bytes: Buffer): void {
    this.piece(pieceOf(bytes));
  }

  /** Writes everything gathered. A promise says that the peer is behind: bring nothing more until it resolves. */
  flush(): Promise<void> | undefined {
    this.#closeRun();
    const pieces = this.#pieces.splice(0);
    const bytes = this.#bytes;
    this.#bytes = 0;
    const [only] = pieces;
    if (only === undefined) return undefined;
    this.#beforeWrite();
    if (pieces.length === 1) return this.#stream.write(only);
    if (bytes <= MAX_JOINED_BYTES) return this.#stream.write(Buffer.concat(pieces, bytes));
    const waits = joined(pieces)
      .map((piece) => this.#stream.write(piece))
      .filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
  }

  #closeRun(): void {
    const bytes = this.#end - this.#start;
    if (bytes > 0) this.#pieces.push(this.#chunk.subarray(this.#start, this.#end));
    this.#bytes += bytes;
    this.#chunk = NOTHING;
    this.#start = 0;
    this.#end = 0;
  }
}

/** Short pieces copied together, as far as that stays within the bound of one write. */
function joined(pieces: readonly Buffer[]): readonly Buffer[] {
  const writes: Buffer[] = [];
  let group: Buffer[] = [];
  let bytes = 0;
  const closeGroup = (): void => {
    const [first] = group;
    if (first !== undefined) writes.push(group.length === 1 ? first : Buffer.concat(group, bytes));
    group = [];
    bytes = 0;
  };
  for (const piece of pieces) {
    if (bytes + piece.length > MAX_JOINED_BYTES) closeGroup();
    group.push(piece);
    bytes += piece.length;
  }
  closeGroup();
  return writes;
}
