import type { Frame } from "@sallyport/shared/frame";
import { crc32c } from "../messages/crc32c.ts";
import { FLAGS_AT, msgFlag } from "../messages/op-msg.ts";

const CHECKSUM_BYTES = 4;

/** Bytes to be put in the place of as many others in a message. */
interface Change {
  readonly at: number;
  readonly bytes: Buffer;
}

/** Gathers what is to be changed in a message, whose length stays. Where nothing is, it passes as the bytes that arrived. */
export class MessagePatch {
  readonly #changes: Change[] = [];

  /** `at` counts in the bytes that the message lies in. */
  put(at: number, bytes: Buffer): void {
    this.#changes.push({ at, bytes });
  }

  putInt64(at: number, value: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    this.put(at, bytes);
  }

  /** Takes bits out of the message's flags. */
  clearFlags({ chunk, start }: Frame, flags: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE((chunk.readUInt32LE(start + FLAGS_AT) & ~flags) >>> 0);
    this.put(start + FLAGS_AT, bytes);
  }

  /** A changed copy, with a new checksum where there is one; undefined: there is nothing to change. */
  applyTo({ chunk, start, end }: Frame): Buffer | undefined {
    if (this.#changes.length === 0) return undefined;
    const copy = Buffer.from(chunk.subarray(start, end));
    for (const { at, bytes } of this.#changes) bytes.copy(copy, at - start);
    if ((copy.readUInt32LE(FLAGS_AT) & msgFlag.checksumPresent) !== 0) {
      const at = copy.length - CHECKSUM_BYTES;
      copy.writeUInt32LE(crc32c(copy, 0, at), at);
    }
    return copy;
  }
}
