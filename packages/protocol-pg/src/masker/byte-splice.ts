const FIRST_ROOM_BYTES = 1024;
const INT32_BYTES = 4;
/** Shorter pieces are copied faster one byte after the other. */
const COPY_FROM_BYTES = 192;

/** Builds bytes from others of which some parts are replaced, in order: `replace` a part, then write what comes in its place. */
export class ByteSplice {
  #from: Buffer = Buffer.alloc(0);
  #copied = 0;
  #changed = false;
  /** Used again for each result, since memory of its own for each row costs more than all else. */
  #room = Buffer.allocUnsafeSlow(FIRST_ROOM_BYTES);
  #at = 0;

  /** Starts over, with the bytes from `start` on. */
  begin(from: Buffer, start: number): void {
    this.#from = from;
    this.#copied = start;
    this.#changed = false;
    this.#at = 0;
  }

  replace(start: number, end: number): void {
    this.#copy(this.#from, this.#copied, start);
    this.#copied = end;
    this.#changed = true;
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#room[this.#at++] = byte;
  }

  int32(value: number): void {
    this.#reserve(INT32_BYTES);
    this.#at = this.#room.writeInt32BE(value, this.#at);
  }

  bytes(bytes: Buffer): void {
    this.#copy(bytes, 0, bytes.length);
  }

  /** What was built of the bytes up to `end`, good until the next `begin`; undefined: nothing was replaced. */
  finish(end: number): Buffer | undefined {
    if (!this.#changed) return undefined;
    this.#copy(this.#from, this.#copied, end);
    return this.#room.subarray(0, this.#at);
  }

  #copy(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    this.#reserve(length);
    const room = this.#room;
    let to = this.#at;
    this.#at += length;
    if (length >= COPY_FROM_BYTES) bytes.copy(room, to, start, end);
    else for (let from = start; from < end; from++, to++) room[to] = bytes[from] ?? 0;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#room.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#room.length));
    this.#room.copy(larger, 0, 0, this.#at);
    this.#room = larger;
  }
}
