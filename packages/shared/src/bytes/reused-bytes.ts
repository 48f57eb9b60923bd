const MAX_BYTES = 256;

/**
 * Memory for one short value after another: taking the next one overwrites the last. There is one view for each length, since making one costs
 * more than most values cost to write.
 */
export class ReusedBytes {
  readonly #memory = Buffer.allocUnsafeSlow(MAX_BYTES);
  readonly #views: Buffer[] = [];

  take(length: number): Buffer {
    if (length > MAX_BYTES) return Buffer.allocUnsafe(length);
    return (this.#views[length] ??= this.#memory.subarray(0, length));
  }
}
