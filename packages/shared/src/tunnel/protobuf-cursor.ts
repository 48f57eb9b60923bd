import { GatewayError } from "../errors.ts";

const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;
const UINT32_END = 0x1_0000_0000;
const MAX_VARINT_BYTES = 10;

/** Reads protobuf's encoding in place. Every read is checked against the end; throws `protocol/malformed`. */
export class ProtobufCursor {
  readonly #bytes: Buffer;
  #at: number;
  readonly #end: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get atEnd(): boolean {
    return this.#at >= this.#end;
  }

  uint32(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < MAX_VARINT_BYTES; count += 1) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value >= UINT32_END) throw malformed("a number is larger than 32 bits");
        return value;
      }
      scale *= 0x80;
    }
    throw malformed("a number does not end");
  }

  /** A view of a length-delimited field. */
  view(): Buffer {
    const start = this.#take(this.uint32());
    return this.#bytes.subarray(start, this.#at);
  }

  /** A cursor over a length-delimited field. */
  nested(): ProtobufCursor {
    const start = this.#take(this.uint32());
    return new ProtobufCursor(this.#bytes, start, this.#at);
  }

  /** Passes over a field that this version does not know. */
  skip(key: number): void {
    switch (key & 7) {
      case WIRE_VARINT:
        this.#skipVarint();
        return;
      case WIRE_FIXED64:
        this.#take(8);
        return;
      case WIRE_BYTES:
        this.#take(this.uint32());
        return;
      case WIRE_FIXED32:
        this.#take(4);
        return;
      default:
        throw malformed(`field key ${key} has no known wire type`);
    }
  }

  #skipVarint(): void {
    for (let count = 0; count < MAX_VARINT_BYTES; count += 1) if (this.#byte() < 0x80) return;
    throw malformed("a number does not end");
  }

  #byte(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  #take(length: number): number {
    const start = this.#at;
    if (length > this.#end - start) throw malformed(`needs ${length} bytes where ${this.#end - start} are left`);
    this.#at += length;
    return start;
  }
}

function malformed(what: string): GatewayError {
  return new GatewayError("protocol/malformed", `malformed relay message: ${what}`);
}
