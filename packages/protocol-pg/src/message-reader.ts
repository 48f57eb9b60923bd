import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { GatewayError, type ErrorCode } from "@sallyport/shared/errors";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import { readUpTo } from "@sallyport/shared/stream/read-up-to";

const LENGTH_BYTES = 4;

/** A message of the login, read whole. */
export interface LoginMessage {
  readonly tag: string;
  readonly body: ByteReader;
}

/**
 * Reads login messages one at a time and takes nothing from the stream beyond them, so that TLS or a relay can begin right
 * behind any of them. `onFault` names the side that sends.
 */
export class MessageReader {
  readonly #stream: SocketStream;
  readonly #maxBytes: number;
  readonly #onFault: ErrorCode;

  constructor(stream: SocketStream, maxBytes: number, onFault: ErrorCode) {
    this.#stream = stream;
    this.#maxBytes = maxBytes;
    this.#onFault = onFault;
  }

  /** The first byte of what comes next, left in the stream; undefined when the peer has ended. */
  async peek(): Promise<number | undefined> {
    const first = await readUpTo(this.#stream, 1);
    this.#stream.unread(first);
    return first[0];
  }

  /** One byte, as SSLRequest is answered; undefined when the peer has ended. */
  async byte(): Promise<string | undefined> {
    const byte = await readUpTo(this.#stream, 1);
    return byte.length === 0 ? undefined : byte.toString("latin1");
  }

  /** A message without a tag. Undefined when the peer ended in front of it. */
  async untagged(): Promise<ByteReader | undefined> {
    const header = await readUpTo(this.#stream, LENGTH_BYTES);
    if (header.length === 0) return undefined;
    return this.#body(header, 0);
  }

  /** A message with a tag. One that is not `expected` is a fault before its length is believed. Undefined as for `untagged`. */
  async tagged(expected: string): Promise<LoginMessage | undefined> {
    const tagBytes = await readUpTo(this.#stream, 1);
    if (tagBytes.length === 0) return undefined;
    const tag = tagBytes.toString("latin1");
    if (!expected.includes(tag)) {
      const code = this.#onFault === "protocol/malformed" ? "protocol/out-of-order" : this.#onFault;
      throw new GatewayError(code, `a message ${JSON.stringify(tag)} came where only ${expected} may`);
    }
    return { tag, body: await this.#body(await readUpTo(this.#stream, LENGTH_BYTES), 1) };
  }

  async #body(header: Buffer, tagBytes: number): Promise<ByteReader> {
    if (header.length < LENGTH_BYTES) throw this.#fault("the connection ended inside a message");
    const length = header.readUInt32BE(0);
    if (length < LENGTH_BYTES || length + tagBytes > this.#maxBytes) throw this.#fault(`a message of length ${length}`);
    const body = await readUpTo(this.#stream, length - LENGTH_BYTES);
    if (body.length < length - LENGTH_BYTES) throw this.#fault("the connection ended inside a message");
    return new ByteReader(body, 0, body.length, this.#onFault);
  }

  #fault(what: string): GatewayError {
    return new GatewayError(this.#onFault, what);
  }
}
