import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { GatewayError, type ErrorCode } from "@sallyport/shared/errors";
import { readUpTo } from "@sallyport/shared/stream/read-up-to";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import { encodePacket, PACKET_HEADER_BYTES } from "./messages/encode-packet.ts";

const SEQUENCE_IDS = 256;

/** What packets are exchanged on. */
export type PacketStream = Pick<SocketStream, "read" | "unread" | "write">;

/** What bounds an exchange. */
export interface PacketExchangeOptions {
  readonly maxBytes: number;
  /** Names the side that sends what is read. */
  readonly onFault: ErrorCode;
  /** The sequence id of the next packet, whoever sends it. */
  readonly sequence: number;
}

/**
 * One conversation of packets that both ends number together, such as a login. It takes nothing from the stream beyond the
 * packet that was asked for, so that TLS or a relay can begin right behind any of them.
 */
export class PacketExchange {
  readonly #stream: PacketStream;
  readonly #maxBytes: number;
  readonly #onFault: ErrorCode;
  #sequence: number;

  constructor(stream: PacketStream, { maxBytes, onFault, sequence }: PacketExchangeOptions) {
    this.#stream = stream;
    this.#maxBytes = maxBytes;
    this.#onFault = onFault;
    this.#sequence = sequence;
  }

  /** The sequence id of the next packet. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The payload of the next packet, which may be empty. Undefined when the peer ended in front of it. */
  async read(): Promise<ByteReader | undefined> {
    const header = await readUpTo(this.#stream, PACKET_HEADER_BYTES);
    if (header.length === 0) return undefined;
    if (header.length < PACKET_HEADER_BYTES) throw this.#fault("the connection ended inside a packet");
    const length = header.readUIntLE(0, 3);
    if (length > this.#maxBytes) throw this.#fault(`a packet of length ${length}`);
    const sequence = header.readUInt8(3);
    if (sequence !== this.#sequence) {
      const code = this.#onFault === "protocol/malformed" ? "protocol/out-of-order" : this.#onFault;
      throw new GatewayError(code, `a packet has the sequence id ${sequence} where ${this.#sequence} comes next`);
    }
    this.#advance();
    const payload = await readUpTo(this.#stream, length);
    if (payload.length < length) throw this.#fault("the connection ended inside a packet");
    return new ByteReader(payload, 0, length, this.#onFault);
  }

  async write(payload: Uint8Array): Promise<void> {
    const packet = encodePacket(this.#sequence, payload);
    this.#advance();
    await this.#stream.write(packet);
  }

  #advance(): void {
    this.#sequence = (this.#sequence + 1) % SEQUENCE_IDS;
  }

  #fault(what: string): GatewayError {
    return new GatewayError(this.#onFault, what);
  }
}
