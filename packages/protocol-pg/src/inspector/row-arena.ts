import { HEADER_BYTES } from "../messages/body.ts";

const FIRST_BLOCK_BYTES = 4 * 1024;
const BLOCK_BYTES = 64 * 1024;
/** Longer messages get memory of their own. */
const OWN_FROM_BYTES = 16 * 1024;
const LENGTH_AT = 1;

/**
 * Makes messages side by side in blocks of memory, so that rows that were rewritten one after the other leave as one piece.
 * What was handed out is never written again.
 */
export class RowArena {
  #block = Buffer.alloc(0);
  #at = 0;

  message(tag: number, body: Buffer): Buffer {
    const length = HEADER_BYTES + body.length;
    const message = length >= OWN_FROM_BYTES ? Buffer.allocUnsafeSlow(length) : this.#take(length);
    message[0] = tag;
    message.writeInt32BE(length - LENGTH_AT, LENGTH_AT);
    body.copy(message, HEADER_BYTES);
    return message;
  }

  /** A session that gets a row now and then keeps a small block; one that reads in bulk soon has large ones. */
  #take(length: number): Buffer {
    if (this.#block.length - this.#at < length) {
      const bytes = Math.min(BLOCK_BYTES, Math.max(FIRST_BLOCK_BYTES, 2 * this.#block.length, 2 * length));
      this.#block = Buffer.allocUnsafeSlow(bytes);
      this.#at = 0;
    }
    const from = this.#at;
    this.#at += length;
    return this.#block.subarray(from, this.#at);
  }
}
