import { HEADER_BYTES } from "../messages/body.ts";

const FIRST_BLOCK_BYTES = 4 * 1024;
const BLOCK_BYTES = 64 * 1024;
/** Longer messages get memory of their own. */
const OWN_FROM_BYTES = 16 * 1024;
const LENGTH_AT = 1;
const INT32_BYTES = 4;
/** Shorter pieces are copied faster one byte after the other. */
const COPY_FROM_BYTES = 192;
const NOTHING = Buffer.alloc(0);

/**
 * Builds messages from the bodies of others of which some parts are replaced, in order: `replace` a part, then write what comes in its place.
 * They are written side by side into blocks of memory, so that rows that were masked one after the other leave as one piece. What was handed
 * out is never written again.
 */
export class MessageSplice {
  #from: Buffer = NOTHING;
  #copied = 0;
  #changed = false;
  #block: Buffer = NOTHING;
  /** Where in the block the message begins, and how far it is written. */
  #start = 0;
  #at = 0;

  /** The message of just this body. */
  message(tag: number, body: Buffer): Buffer {
    this.begin(body, 0);
    return this.#finish(tag, body.length);
  }

  /** Starts over, with the bytes from `start` on. */
  begin(from: Buffer, start: number): void {
    this.#from = from;
    this.#copied = start;
    this.#changed = false;
  }

  replace(start: number, end: number): void {
    if (!this.#changed) this.#open();
    this.#copy(this.#from, this.#copied, start);
    this.#copied = end;
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#block[this.#at++] = byte;
  }

  int32(value: number): void {
    this.#reserve(INT32_BYTES);
    this.#at = this.#block.writeInt32BE(value, this.#at);
  }

  bytes(bytes: Buffer): void {
    this.#copy(bytes, 0, bytes.length);
  }

  /** The message of what was built of the bytes up to `end`; undefined: nothing was replaced. */
  finish(tag: number, end: number): Buffer | undefined {
    return this.#changed ? this.#finish(tag, end) : undefined;
  }

  /** Mostly what comes is as long as what is replaced. */
  #open(): void {
    this.#changed = true;
    this.#at = this.#start;
    this.#reserve(HEADER_BYTES + this.#from.length - this.#copied);
    this.#at += HEADER_BYTES;
  }

  #finish(tag: number, end: number): Buffer {
    this.replace(end, end);
    const block = this.#block;
    const start = this.#start;
    block[start] = tag;
    block.writeInt32BE(this.#at - start - LENGTH_AT, start + LENGTH_AT);
    const message = block.subarray(start, this.#at);
    // nobody else would use the rest of a large one
    if (block.length > BLOCK_BYTES) this.#block = NOTHING;
    this.#start = block.length > BLOCK_BYTES ? 0 : this.#at;
    return message;
  }

  #copy(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    this.#reserve(length);
    const block = this.#block;
    let to = this.#at;
    this.#at += length;
    if (length >= COPY_FROM_BYTES) bytes.copy(block, to, start, end);
    else for (let from = start; from < end; from++, to++) block[to] = bytes[from] ?? 0;
  }

  #reserve(bytes: number): void {
    const end = this.#at + bytes;
    if (end > this.#block.length) this.#moveOn(end - this.#start);
  }

  /**
   * Goes on in another block, with room for a message of this length. A session that gets a row now and then keeps a small block; one that reads
   * in bulk soon has large ones.
   */
  #moveOn(length: number): void {
    const shared = Math.min(BLOCK_BYTES, Math.max(FIRST_BLOCK_BYTES, 2 * this.#block.length, 2 * length));
    const block = Buffer.allocUnsafeSlow(length < OWN_FROM_BYTES ? shared : length + (length >> 2));
    this.#block.copy(block, 0, this.#start, this.#at);
    this.#block = block;
    this.#at -= this.#start;
    this.#start = 0;
  }
}
