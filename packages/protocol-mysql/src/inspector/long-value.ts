import { createHash } from "node:crypto";
import type { Parameter } from "@sallyport/shared/statement";

/** Values that may be on their way in pieces in one session: more than any client has, and little memory. */
export const MAX_LONG_VALUES = 4096;

/** A parameter's value that comes in pieces, of any size. It passes as it arrives; the record has its length and hash. */
export class LongValue {
  readonly #hash = createHash("sha256");
  #bytes = 0;

  add(piece: Uint8Array): void {
    this.#hash.update(piece);
    this.#bytes += piece.length;
  }

  get parameter(): Parameter {
    const hash = this.#hash.copy().digest("hex");
    return { format: "text", value: Buffer.from(`[${this.#bytes} bytes sent in pieces, SHA-256 ${hash}]`) };
  }
}
