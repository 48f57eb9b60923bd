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
  /** What lies side by side so far, counted from the beginning of `chunk`; it may go on behind its end. */
  #run: { readonly chunk: Buffer; readonly start: number; end: number } | undefined;

  /** `beforeWrite` is called before anything is written; when it throws, nothing is. */
  constructor(stream: ByteStream, beforeWrite: () => void) {
    this.#stream = stream;
    this.#beforeWrite = beforeWrite;
  }

  /** The frame's own bytes, unchanged. */
  frame(frame: Frame): void {
    const run = this.#run;
    if (run?.chunk === frame.chunk && run.end === frame.start) {
      run.end = frame.end;
      return;
    }
    this.#closeRun();
    this.#run = { chunk: frame.chunk, start: frame.start, end: frame.end };
  }

  bytes(bytes: Buffer): void {
    const run = this.#run;
    if (run?.chunk.buffer === bytes.buffer && run.chunk.byteOffset + run.end === bytes.byteOffset) {
      run.end += bytes.length;
      return;
    }
    this.#closeRun();
    this.#run = { chunk: bytes, start: 0, end: bytes.length };
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
    const { chunk, start, end } = run;
    const isWithin = end <= chunk.length;
    this.#pieces.push(
      isWithin ? chunk.subarray(start, end) : Buffer.from(chunk.buffer, chunk.byteOffset + start, end - start),
    );
    this.#bytes += end - start;
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
