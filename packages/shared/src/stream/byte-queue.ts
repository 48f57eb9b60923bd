import { GatewayError } from "../errors.ts";

type End = { readonly reason: Error | undefined };

/** The receiving half of a stream: chunks wait here until one reader takes them. `onTaken` is where back-pressure is released. */
export class ByteQueue {
  #chunks: Buffer[] = [];
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
    this.#chunks.push(chunk);
    this.#queuedBytes += chunk.length;
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
}
