import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import type { Frame } from "@sallyport/shared/frame";

/** What is copied together into one write at most; a piece that is longer is written by itself. */
const MAX_JOINED_BYTES = 64 * 1024;

/**
 * Gathers what goes out in answer to one chunk that came in, so that it leaves in few writes. What lies side by side in memory,
 * such as frames that pass unchanged, stays one view of it.
 */
export class Outgoing {
  readonly #stream: ByteStream;
  readonly #beforeWrite: () => void;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  #run: { readonly memory: ArrayBufferLike; readonly start: number; end: number } | undefined;

  /** `beforeWrite` is called before anything is written; when it throws, nothing is. */
  constructor(stream: ByteStream, beforeWrite: () => void) {
    this.#stream = stream;
    this.#beforeWrite = beforeWrite;
  }

  /** The frame's own bytes, unchanged. */
  frame(frame: Frame): void {
    const { chunk, start, end } = frame;
    this.#add(chunk.buffer, chunk.byteOffset + start, chunk.byteOffset + end);
  }

  bytes(bytes: Buffer): void {
    this.#add(bytes.buffer, bytes.byteOffset, bytes.byteOffset + bytes.length);
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
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    this.#pieces.push(Buffer.from(run.memory, run.start, run.end - run.start));
    this.#bytes += run.end - run.start;
  }

  #add(memory: ArrayBufferLike, start: number, end: number): void {
    const run = this.#run;
    if (run?.memory === memory && run.end === start) {
      run.end = end;
      return;
    }
    this.#closeRun();
    this.#run = { memory, start, end };
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
