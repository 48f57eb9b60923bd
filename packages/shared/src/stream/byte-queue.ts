import { GatewayError } from "../errors.ts";

type End = { readonly reason: Error | undefined };

/** Chunks below this are joined while they wait, or a peer that sends single bytes makes us keep an object for each and shift a list as long. */
const JOIN_BELOW_BYTES = 4 * 1024;
const JOINED_BYTES = 16 * 1024;
/** No honest reader of ours hands out memory larger than this; a small view of more is copied, or it would keep the whole alive. */
const PINNED_BYTES = 64 * 1024;
const PINNED_TIMES = 4;

/** The receiving half of a stream: chunks wait here until one reader takes them. `onTaken` is where back-pressure is released. */
export class ByteQueue {
  #chunks: Buffer[] = [];
  /** The newest chunk where we made it ourselves, a view of `#joined`, which may have room for more. */
  #tail: Buffer | undefined;
  #joined: Buffer | undefined;
  #queuedBytes = 0;
  #end: End | undefined;
  #waiting: PromiseWithResolvers<Buffer | undefined> | undefined;
  readonly #onTaken: (bytes: number) => void;

  constructor(onTaken: (bytes: number) => void) {
    this.#onTaken = onTaken;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  push(chunk: Buffer): void {
    if (this.#end !== undefined) return;
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      waiting.resolve(chunk);
      this.#onTaken(chunk.length);
      return;
    }
    this.#queuedBytes += chunk.length;
    if (!this.#join(chunk)) this.#chunks.push(unpinned(chunk));
  }

  /** No more bytes will come. What is queued can still be read, unless a reason says that the stream broke. */
  finish(reason?: Error): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    if (reason === undefined) waiting.resolve(undefined);
    else waiting.reject(reason);
  }

  read(): Promise<Buffer | undefined> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#queuedBytes -= chunk.length;
      this.#onTaken(chunk.length);
      return Promise.resolve(chunk);
    }
    if (this.#end !== undefined) {
      return this.#end.reason === undefined ? Promise.resolve(undefined) : Promise.reject(this.#end.reason);
    }
    if (this.#waiting !== undefined) {
      return Promise.reject(new GatewayError("internal/unexpected", "a stream has two readers"));
    }
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Puts bytes back in front, for a reader that took more than it needed. */
  unread(bytes: Buffer): void {
    this.#chunks.unshift(bytes);
    this.#queuedBytes += bytes.length;
  }

  /** Everything that is queued, for handing over to another reader. */
  drain(): Buffer {
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#queuedBytes = 0;
    return bytes;
  }

  /** Puts a small chunk behind a small one that waits; false where either is large. */
  #join(chunk: Buffer): boolean {
    const last = this.#chunks.at(-1);
    if (last === undefined || chunk.length >= JOIN_BELOW_BYTES) return false;
    const isOurs = last === this.#tail;
    if (isOurs ? last.length + chunk.length > JOINED_BYTES : last.length >= JOIN_BELOW_BYTES) return false;
    if (!isOurs || this.#joined === undefined) {
      this.#joined = Buffer.allocUnsafeSlow(JOINED_BYTES);
      last.copy(this.#joined);
    }
    chunk.copy(this.#joined, last.length);
    this.#tail = this.#joined.subarray(0, last.length + chunk.length);
    this.#chunks[this.#chunks.length - 1] = this.#tail;
    return true;
  }
}

function unpinned(chunk: Buffer): Buffer {
  const whole = chunk.buffer.byteLength;
  return whole > PINNED_BYTES && chunk.length * PINNED_TIMES < whole ? Buffer.from(chunk) : chunk;
}
