const HEADER_BYTES = 5;

/** One message of the PostgreSQL protocol: its tag and everything behind the length. */
export interface WireMessage {
  readonly tag: string;
  readonly body: Buffer;
}

/** Cuts a byte flow into messages; the tests' own, so that it shares no fault with the product's framer. */
export class MessageSplitter {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #needed = HEADER_BYTES;

  /** The messages that this chunk completes. */
  push(chunk: Buffer): readonly WireMessage[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#needed) return [];
    const flow = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#bytes);
    const messages: WireMessage[] = [];
    let at = 0;
    this.#needed = HEADER_BYTES;
    while (flow.length - at >= HEADER_BYTES) {
      const end = at + 1 + flow.readUInt32BE(at + 1);
      if (end > flow.length) {
        this.#needed = end - at;
        break;
      }
      messages.push({ tag: flow.toString("latin1", at, at + 1), body: flow.subarray(at + HEADER_BYTES, end) });
      at = end;
    }
    this.#chunks = at === flow.length ? [] : [flow.subarray(at)];
    this.#bytes = flow.length - at;
    return messages;
  }
}
