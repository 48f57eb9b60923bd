import { copyBytes, dataViewOf } from "@sallyport/shared/bytes/copy-bytes";
import type { Piece } from "@sallyport/shared/bytes/piece";
import { HEADER_BYTES } from "../messages/body.ts";
import { putInt32 } from "../messages/integers.ts";
import type { ByteSet } from "./byte-set.ts";

const FIRST_BLOCK_BYTES = 4 * 1024;
const BLOCK_BYTES = 64 * 1024;
/** Longer messages get memory of their own. */
const OWN_FROM_BYTES = 16 * 1024;
const LENGTH_AT = 1;
const INT32_BYTES = 4;
/** To call a copy takes longer than to make it where there are fewer bytes: with a loop, and in words. */
const SET_FROM_BYTES = 24;
const COPY_FROM_BYTES = 256;
const NOTHING = Buffer.alloc(0);

/**
 * Builds messages from the bodies of others of which some parts are replaced, in order: `replace` a part, then write what comes in its place.
 * They are written side by side into blocks of memory, so that rows that were masked one after the other leave as one piece. What was handed
 * out is never written again.
 */
export class MessageSplice {
  #from: Buffer = NOTHING;
  #fromView = dataViewOf(NOTHING);
  #start = 0;
  #copied = 0;
  #changed = false;
  #block: Buffer = NOTHING;
  #blockView = dataViewOf(NOTHING);
  /** Where in the block the message begins, and how far it is written. */
  #begun = 0;
  #at = 0;

  /** The message of just this body. */
  message(tag: number, body: Buffer, start: number, end: number): Piece {
    this.begin(body, start);
    return this.#finish(tag, end);
  }

  /** A view of bytes that it is about to build from, for whoever looks at them in words. */
  viewOf(from: Buffer): DataView {
    this.#look(from);
    return this.#fromView;
  }

  /** Starts over, with the bytes from `start` on. */
  begin(from: Buffer, start: number): void {
    this.#look(from);
    this.#start = start;
    this.#copied = start;
    this.#changed = false;
  }

  replace(start: number, end: number): void {
    if (!this.#changed) this.#open(end);
    this.#copyUpTo(start);
    this.#copied = end;
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#block[this.#at++] = byte;
  }

  int32(value: number): void {
    this.#reserve(INT32_BYTES);
    this.#at = putInt32(this.#block, this.#at, value);
  }

  bytes(bytes: Buffer): void {
    const { length } = bytes;
    this.#reserve(length);
    const block = this.#block;
    const at = this.#at;
    this.#at += length;
    if (length < SET_FROM_BYTES) for (let from = 0; from < length; from++) block[at + from] = bytes[from] ?? 0;
    else block.set(bytes, at);
  }

  /** Writes the bytes from `start` on, up to the first of which `stops` says so, and gives where that is. */
  bytesUpTo(stops: ByteSet, bytes: Buffer, start: number): number {
    const { length } = bytes;
    this.#reserve(length - start);
    const block = this.#block;
    let to = this.#at;
    let at = start;
    for (; at < length; at++) {
      const byte = bytes[at] ?? 0;
      if (stops[byte] !== 0) break;
      block[to++] = byte;
    }
    this.#at = to;
    return at;
  }

  /** The message of what was built of the bytes up to `end`; undefined: nothing was replaced. */
  finish(tag: number, end: number): Piece | undefined {
    if (this.#changed) return this.#finish(tag, end);
    this.#letGo();
    return undefined;
  }

  /** A row that was put together of many pieces is not kept for a session that may be idle for hours. */
  #letGo(): void {
    if (this.#from.length > BLOCK_BYTES) this.#look(NOTHING);
  }

  #look(from: Buffer): void {
    if (from === this.#from) return;
    this.#from = from;
    this.#fromView = dataViewOf(from);
  }

  /** Mostly what comes is as long as what is replaced. */
  #open(end: number): void {
    this.#changed = true;
    this.#at = this.#begun;
    this.#reserve(HEADER_BYTES + end - this.#start);
    this.#at += HEADER_BYTES;
  }

  #finish(tag: number, fromEnd: number): Piece {
    this.replace(fromEnd, fromEnd);
    const block = this.#block;
    const begun = this.#begun;
    block[begun] = tag;
    putInt32(block, begun + LENGTH_AT, this.#at - begun - LENGTH_AT);
    const end = this.#at;
    this.#begun = end;
    // nobody else would use the rest of a large one
    if (block.length > BLOCK_BYTES) this.#write(NOTHING);
    this.#letGo();
    return { chunk: block, start: begun, end };
  }

  #copyUpTo(end: number): void {
    const start = this.#copied;
    const length = end - start;
    this.#reserve(length);
    const at = this.#at;
    this.#at += length;
    if (length < COPY_FROM_BYTES) copyBytes(this.#fromView, start, end, this.#blockView, at);
    else this.#from.copy(this.#block, at, start, end);
  }

  #reserve(bytes: number): void {
    const end = this.#at + bytes;
    if (end > this.#block.length) this.#moveOn(end - this.#begun);
  }

  /**
   * Goes on in another block, with room for a message of this length. A session that gets a row now and then keeps a small block; one that reads
   * in bulk soon has large ones.
   */
  #moveOn(length: number): void {
    const shared = Math.min(BLOCK_BYTES, Math.max(FIRST_BLOCK_BYTES, 2 * this.#block.length, 2 * length));
    const block = Buffer.allocUnsafeSlow(length < OWN_FROM_BYTES ? shared : length + (length >> 2));
    this.#block.copy(block, 0, this.#begun, this.#at);
    const written = this.#at - this.#begun;
    this.#write(block);
    this.#at = written;
  }

  /** From its beginning on. */
  #write(block: Buffer): void {
    this.#block = block;
    this.#blockView = dataViewOf(block);
    this.#begun = 0;
    this.#at = 0;
  }
}
