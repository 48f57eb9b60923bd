import { MAX_CREDIT_BYTES } from "./credit-window.ts";

/** Above this a writer waits even where the peer has room, so that a fast socket does not fill our memory behind a slow link. */
const PAUSE_ABOVE_BYTES = 256 * 1024;

const NOTHING = Buffer.alloc(0);

/** Bytes for one frame, in the pieces that they were written in. */
export interface TakenBytes {
  readonly pieces: readonly Buffer[];
  readonly length: number;
}

/** The sending half of a channel: bytes that wait for credit and for their turn on the link. */
export class OutgoingBytes {
  #chunks: Buffer[] = [];
  #queuedBytes = 0;
  #credit: number;
  #starved = false;
  #sent: PromiseWithResolvers<void> | undefined;

  constructor(credit: number) {
    this.#credit = credit;
  }

  get isEmpty(): boolean {
    return this.#queuedBytes === 0;
  }

  get sendable(): boolean {
    return this.#queuedBytes > 0 && this.#credit > 0;
  }

  /** Takes bytes. A promise, where they exceed what may be sent now, resolves once all were. */
  add(bytes: Buffer): Promise<void> | undefined {
    this.#chunks.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#credit === 0) this.#starved = true;
    if (this.#queuedBytes <= Math.min(this.#credit, PAUSE_ABOVE_BYTES)) return undefined;
    this.#sent ??= Promise.withResolvers();
    return this.#sent.promise;
  }

  /** False where the peer promises more room than any window has. */
  addCredit(bytes: number): boolean {
    this.#credit += bytes;
    return this.#credit <= MAX_CREDIT_BYTES;
  }

  /** Whether the flow stood still for want of credit since this was last asked. */
  takeStarved(): boolean {
    const starved = this.#starved && this.sendable;
    if (starved) this.#starved = false;
    return starved;
  }

  /** The next bytes that the peer has room for, as views of what was written. */
  take(maxBytes: number): TakenBytes | undefined {
    const length = Math.min(this.#queuedBytes, maxBytes, this.#credit);
    if (length <= 0) return undefined;
    const pieces: Buffer[] = [];
    for (let missing = length; missing > 0;) {
      const piece = this.#takePiece(missing);
      pieces.push(piece);
      missing -= piece.length;
    }
    this.#queuedBytes -= length;
    this.#credit -= length;
    if (this.#credit === 0 && this.#queuedBytes > 0) this.#starved = true;
    if (this.#queuedBytes === 0) this.#releaseWriter();
    return { pieces, length };
  }

  /** Fails a waiting writer; what was taken can still be sent. */
  fail(reason: Error): void {
    // Nobody may be waiting for this promise any more; a rejection without a listener would end the process.
    this.#sent?.promise.catch(() => undefined);
    this.#sent?.reject(reason);
    this.#sent = undefined;
  }

  clear(): void {
    this.#chunks = [];
    this.#queuedBytes = 0;
  }

  #takePiece(maxBytes: number): Buffer {
    const chunk = this.#chunks[0] ?? NOTHING;
    if (chunk.length <= maxBytes) {
      this.#chunks.shift();
      return chunk;
    }
    this.#chunks[0] = chunk.subarray(maxBytes);
    return chunk.subarray(0, maxBytes);
  }

  #releaseWriter(): void {
    this.#sent?.resolve();
    this.#sent = undefined;
  }
}
