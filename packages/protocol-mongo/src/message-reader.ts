import { GatewayError } from "@sallyport/shared/errors";
import { readUpTo } from "@sallyport/shared/stream/read-up-to";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import { decodeMessageHeader, HEADER_BYTES, type MessageHeader } from "./messages/message-header.ts";
import { opCode } from "./messages/op-code.ts";

/** A client's message, read whole. */
export interface LoginMessage {
  readonly header: MessageHeader;
  readonly bytes: Buffer;
}

/**
 * Reads a client's messages one at a time and takes nothing from the stream beyond them, so that TLS or a relay can begin right
 * behind any of them.
 */
export class MessageReader {
  readonly #stream: SocketStream;
  readonly #maxBytes: number;

  constructor(stream: SocketStream, maxBytes: number) {
    this.#stream = stream;
    this.#maxBytes = maxBytes;
  }

  /** The first byte of what comes next, left in the stream; undefined when the client has ended. */
  async peek(): Promise<number | undefined> {
    const first = await readUpTo(this.#stream, 1);
    this.#stream.unread(first);
    return first[0];
  }

  /** Undefined when the client ended in front of a message. What it is and how long is checked before any of it is read. */
  async next(): Promise<LoginMessage | undefined> {
    const start = await readUpTo(this.#stream, HEADER_BYTES);
    if (start.length === 0) return undefined;
    if (start.length < HEADER_BYTES) throw malformed("the connection ended inside a message");
    const header = decodeMessageHeader(start, 0);
    if (header.opCode !== opCode.MSG && header.opCode !== opCode.QUERY) {
      throw new GatewayError("protocol/unsupported", `a message of op code ${header.opCode}`);
    }
    if (header.length < HEADER_BYTES || header.length > this.#maxBytes) {
      throw malformed(`a message of length ${header.length}`);
    }
    const rest = await readUpTo(this.#stream, header.length - HEADER_BYTES);
    if (rest.length < header.length - HEADER_BYTES) throw malformed("the connection ended inside a message");
    return { header, bytes: Buffer.concat([start, rest]) };
  }
}

function malformed(what: string): GatewayError {
  return new GatewayError("protocol/malformed", what);
}
