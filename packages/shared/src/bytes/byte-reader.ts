import { GatewayError, type ErrorCode } from "../errors.ts";

const NUL = 0;
/** A byte order mark is a character like any other: two names that differ by one are two names. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads values from one message, big-endian unless the name says otherwise. Every read is checked against the end; views stay valid only as long as the message. */
export class ByteReader {
  readonly #bytes: Buffer;
  readonly #onFault: ErrorCode;
  #at: number;
  readonly #end: number;

  /** `onFault` is what a short or malformed message throws: the side that sent it decides. */
  constructor(bytes: Buffer, start = 0, end = bytes.length, onFault: ErrorCode = "protocol/malformed") {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#onFault = onFault;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  uint16LE(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }

  uint24LE(): number {
    return this.#bytes.readUIntLE(this.#take(3), 3);
  }

  int32LE(): number {
    return this.#bytes.readInt32LE(this.#take(4));
  }

  uint32LE(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  int64LE(): bigint {
    return this.#bytes.readBigInt64LE(this.#take(8));
  }

  uint64LE(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8));
  }

  floatLE(): number {
    return this.#bytes.readFloatLE(this.#take(4));
  }

  doubleLE(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  /** A view of the next `length` bytes. */
  view(length: number): Buffer {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** A reader of the next `length` bytes alone, for what stands behind a length of its own. */
  part(length: number): ByteReader {
    const start = this.#take(length);
    return new ByteReader(this.#bytes, start, start + length, this.#onFault);
  }

  /** A view of everything that is left. */
  rest(): Buffer {
    return this.view(this.remaining);
  }

  /** A view of the bytes up to the next NUL, which is consumed. */
  untilNul(): Buffer {
    const nul = this.#bytes.indexOf(NUL, this.#at);
    if (nul === -1 || nul >= this.#end) throw this.fault("a string is not terminated");
    const bytes = this.#bytes.subarray(this.#at, nul);
    this.#at = nul + 1;
    return bytes;
  }

  /** A NUL-terminated UTF-8 string; anything that is not UTF-8 is a fault, never a replacement character. */
  string(): string {
    const bytes = this.untilNul();
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw this.fault("a string is not valid UTF-8", cause);
    }
  }

  /** Moves on without looking. */
  skip(length: number): void {
    this.#take(length);
  }

  /** Where the reader stands in the bytes it was given. */
  get at(): number {
    return this.#at;
  }

  /** Throws unless the whole message was read: bytes left over mean that sender and reader disagree. */
  expectEnd(): void {
    if (this.remaining !== 0) throw this.fault(`${this.remaining} bytes are left over`);
  }

  fault(what: string, cause?: unknown): GatewayError {
    return new GatewayError(this.#onFault, `malformed message: ${what}`, { cause });
  }

  #take(length: number): number {
    if (length < 0 || length > this.remaining)
      throw this.fault(`needs ${length} bytes where ${this.remaining} are left`);
    const start = this.#at;
    this.#at += length;
    return start;
  }
}
