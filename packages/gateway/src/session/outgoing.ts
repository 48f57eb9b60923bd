import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import type { Frame } from "@sallyport/shared/frame";

/** Larger than this, pieces are written one by one instead of being copied together. */
const MAX_JOINED_BYTES = 64 * 1024;

/**
 * Gathers what goes out in answer to one chunk that came in, so that it leaves as one write. Frames that pass
 * unchanged and lie side by side stay one view of the bytes that arrived.
 */
export class Outgoing {
  readonly #stream: ByteStream;
  readonly #beforeWrite: () => void;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
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
    this.#closeRun();
    this.#add(bytes);
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
    const waits = pieces.map((piece) => this.#stream.write(piece)).filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
  }

  #closeRun(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    this.#add(run.chunk.subarray(run.start, run.end));
  }

  #add(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
  }
}
