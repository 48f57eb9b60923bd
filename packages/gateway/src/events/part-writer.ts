/** Writes bytes to where a part of them may be taken and the rest refused: the next attempt goes on behind what was taken. */
export class PartWriter {
  #done = 0;

  /** Whether nothing of what is being written has been taken yet. */
  get isAtStart(): boolean {
    return this.#done === 0;
  }

  /** The same bytes until it resolves. `some` writes as much as it can and says how much that was. */
  async write(bytes: Buffer, some: (rest: Buffer) => Promise<number>): Promise<void> {
    while (this.#done < bytes.length) this.#done += await some(bytes.subarray(this.#done));
    this.#done = 0;
  }
}
