import type { Socket } from "node:net";
import { TLSSocket, type TLSSocketOptions } from "node:tls";
import { GatewayError, type ErrorCode } from "../errors.ts";
import type { ByteStream } from "./byte-stream.ts";
import { ByteQueue } from "./byte-queue.ts";

/** Reading pauses above this and goes on below half of it, so that a slow consumer fills the peer's window and not our memory. */
const PAUSE_ABOVE_BYTES = 256 * 1024;

/** A `ByteStream` over a TCP or TLS socket, which it owns from now on. */
export class SocketStream implements ByteStream {
  readonly closed: Promise<void>;
  readonly #lostCode: ErrorCode;
  readonly #closed = Promise.withResolvers<void>();
  readonly #queue: ByteQueue;
  #socket: Socket;
  #drained: PromiseWithResolvers<void> | undefined;
  #broken: Error | undefined;
  #paused = false;

  /** `lostCode` is what a broken connection is called at this side: the server's was lost, the client's just ended. */
  constructor(socket: Socket, lostCode: ErrorCode) {
    this.#lostCode = lostCode;
    this.#queue = new ByteQueue(() => this.#resumeWhenRoom());
    this.closed = this.#closed.promise;
    this.#socket = socket;
    this.#attach(socket);
  }

  get socket(): Socket {
    return this.#socket;
  }

  read(): Promise<Buffer | undefined> {
    return this.#queue.read();
  }

  /** Puts bytes back in front of the queue, for a reader that took more than it needed. */
  unread(bytes: Buffer): void {
    if (bytes.length > 0) this.#queue.unread(bytes);
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    if (this.#socket.write(bytes)) return undefined;
    this.#drained ??= Promise.withResolvers();
    return this.#drained.promise;
  }

  end(): void {
    this.#socket.end();
  }

  destroy(reason?: Error): void {
    this.#break(reason ?? new GatewayError(this.#lostCode, "the connection was closed on this side"));
    this.#socket.destroy();
  }

  /** Whether bytes have arrived that nobody has read. Before a TLS handshake there must be none: they would be taken for encrypted ones. */
  get hasUnread(): boolean {
    return this.#queue.queuedBytes > 0;
  }

  /** Continues over TLS on the same connection. Bytes that were put back are the start of the peer's handshake. */
  async startTls(options: TLSSocketOptions, handshake: (secure: TLSSocket) => Promise<void>): Promise<TLSSocket> {
    const plain = this.#socket;
    plain.pause();
    for (const event of ["data", "end", "error", "close", "drain"]) plain.removeAllListeners(event);
    const early = this.#queue.drain();
    if (early.length > 0) plain.unshift(early);
    const secure = new TLSSocket(plain, options);
    this.#socket = secure;
    plain.on("error", (error: Error) => secure.destroy(error));
    await new Promise<void>((resolve, reject) => {
      secure.once("error", reject);
      secure.once("close", () => reject(new GatewayError(this.#lostCode, "the connection closed during the TLS handshake")));
      handshake(secure).then(resolve, reject);
    }).catch((error: unknown) => {
      this.destroy(GatewayError.from(error, this.#lostCode));
      this.#closed.resolve();
      throw error;
    });
    secure.removeAllListeners("error");
    secure.removeAllListeners("close");
    this.#attach(secure);
    return secure;
  }

  #attach(socket: Socket): void {
    socket.setNoDelay(true);
    this.#paused = false;
    socket.on("data", (chunk: Buffer) => {
      this.#queue.push(chunk);
      if (this.#queue.queuedBytes > PAUSE_ABOVE_BYTES && !this.#paused) {
        this.#paused = true;
        socket.pause();
      }
    });
    socket.on("end", () => this.#queue.finish());
    socket.on("drain", () => this.#releaseWriter());
    socket.on("error", (error: Error) => this.#break(new GatewayError(this.#lostCode, `the connection broke: ${error.message}`, { cause: error })));
    socket.on("close", () => {
      this.#break(new GatewayError(this.#lostCode, "the connection is closed"));
      this.#closed.resolve();
    });
    if (socket.destroyed) {
      this.#break(new GatewayError(this.#lostCode, "the connection is closed"));
      this.#closed.resolve();
    }
  }

  #resumeWhenRoom(): void {
    if (!this.#paused || this.#queue.queuedBytes > PAUSE_ABOVE_BYTES / 2) return;
    this.#paused = false;
    this.#socket.resume();
  }

  #releaseWriter(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }

  #break(reason: Error): void {
    if (this.#broken !== undefined) return;
    this.#broken = reason;
    this.#queue.finish(reason);
    // Nobody may be waiting for this promise any more; a rejection without a listener would end the process.
    this.#drained?.promise.catch(() => undefined);
    this.#drained?.reject(reason);
    this.#drained = undefined;
  }
}
