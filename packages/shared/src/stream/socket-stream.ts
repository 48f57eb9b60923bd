import type { Socket } from "node:net";
import { connect, TLSSocket, type ConnectionOptions, type TLSSocketOptions } from "node:tls";
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

  /** Continues as the TLS server on the same connection. Bytes that were put back are the start of the peer's handshake. */
  acceptTls(options: TLSSocketOptions): Promise<TLSSocket> {
    return this.#startTls("secure", (plain) => new TLSSocket(plain, { ...options, isServer: true }));
  }

  /** Continues as the TLS client on the same connection. The certificate is checked as the options say before this resolves. */
  connectTls(options: ConnectionOptions): Promise<TLSSocket> {
    return this.#startTls("secureConnect", (plain) => connect({ ...options, socket: plain }));
  }

  /** Rejects when the handshake fails, the stream then being closed. No other reader or writer may be active meanwhile. */
  async #startTls(ready: "secure" | "secureConnect", wrap: (plain: Socket) => TLSSocket): Promise<TLSSocket> {
    if (this.#broken !== undefined) throw this.#broken;
    const plain = this.#socket;
    this.#detach(plain);
    const early = this.#queue.drain();
    if (early.length > 0) plain.unshift(early);
    const handshake = Promise.withResolvers<void>();
    // The wrapping itself may throw, and then nobody waits for the handshake.
    handshake.promise.catch(() => undefined);
    const onError = (error: Error): void => handshake.reject(error);
    const onClose = (): void => handshake.reject(new Error("the connection closed during the TLS handshake"));
    // These stay: without a listener, an error of a socket that is being given up would end the process.
    plain.on("error", onError);
    try {
      const secure = wrap(plain);
      this.#socket = secure;
      secure.on("error", onError);
      secure.once("close", onClose);
      // A peer that has only ended its side leaves the connection half open, for ever.
      secure.once("end", onClose);
      secure.once(ready, () => handshake.resolve());
      await handshake.promise;
      secure.off("close", onClose);
      secure.off("end", onClose);
      this.#attach(secure);
      return secure;
    } catch (error) {
      this.destroy(this.#broken ?? GatewayError.from(error, this.#lostCode));
      this.#closed.resolve();
      throw this.#broken ?? error;
    }
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#queue.push(chunk);
    if (this.#queue.queuedBytes > PAUSE_ABOVE_BYTES && !this.#paused) {
      this.#paused = true;
      this.#socket.pause();
    }
  };
  readonly #onEnd = (): void => this.#queue.finish();
  readonly #onDrain = (): void => this.#releaseWriter();
  readonly #onError = (error: Error): void => {
    this.#break(new GatewayError(this.#lostCode, `the connection broke: ${error.message}`, { cause: error }));
  };
  readonly #onClose = (): void => {
    this.#break(new GatewayError(this.#lostCode, "the connection is closed"));
    this.#closed.resolve();
  };

  #attach(socket: Socket): void {
    socket.setNoDelay(true);
    this.#paused = false;
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("drain", this.#onDrain);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
    if (socket.destroyed) this.#onClose();
  }

  #detach(socket: Socket): void {
    socket.pause();
    socket.off("data", this.#onData);
    socket.off("end", this.#onEnd);
    socket.off("drain", this.#onDrain);
    socket.off("error", this.#onError);
    socket.off("close", this.#onClose);
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
