import { GatewayError, isErrorCode, type ErrorCode } from "../errors.ts";
import { ByteQueue } from "../stream/byte-queue.ts";
import type { ByteStream } from "../stream/byte-stream.ts";
import { INITIAL_CREDIT_BYTES, CreditWindow, type GrowthBudget } from "./credit-window.ts";
import { OutgoingBytes } from "./outgoing-bytes.ts";
import type { OutgoingFrame, RelayFrame } from "./relay-frame.ts";

/** What a channel asks of the multiplexer it belongs to. */
export interface RelayChannelHost {
  /** The channel has a frame to send. */
  ready(channel: RelayChannel): void;
  grant(channel: number, credit: number): void;
  /** Nothing more will be sent or received. */
  gone(channel: RelayChannel): void;
  readonly growth: GrowthBudget;
  /** What a channel broke with when nobody said why. */
  readonly lostCode: ErrorCode;
}

/** One session's bytes on a relay: a `ByteStream` whose peer is the same channel at the other end of the tunnel. */
export class RelayChannel implements ByteStream {
  readonly number: number;
  readonly closed: Promise<void>;
  readonly #host: RelayChannelHost;
  readonly #closed = Promise.withResolvers<void>();
  readonly #incoming: ByteQueue;
  readonly #window: CreditWindow;
  readonly #outgoing = new OutgoingBytes(INITIAL_CREDIT_BYTES);
  /** open → ending → ended, or any → dropping → ended; in "dropping" a reset follows what the peer has room for. */
  #sending: "open" | "ending" | "dropping" | "ended" = "open";
  #receiving: "open" | "ended" = "open";
  #broken: GatewayError | undefined;
  #isGone = false;

  constructor(number: number, host: RelayChannelHost) {
    this.number = number;
    this.closed = this.#closed.promise;
    this.#host = host;
    this.#window = new CreditWindow(host.growth);
    this.#incoming = new ByteQueue((bytes) => this.#taken(bytes));
  }

  read(): Promise<Buffer | undefined> {
    return this.#incoming.read();
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    if (this.#sending !== "open")
      return Promise.reject(new GatewayError("internal/unexpected", "a channel was written to after its end"));
    if (bytes.length === 0) return undefined;
    const wait = this.#outgoing.add(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (this.hasFrame) this.#host.ready(this);
    return wait;
  }

  end(): void {
    if (this.#sending !== "open") return;
    this.#sending = "ending";
    if (this.hasFrame) this.#host.ready(this);
  }

  /** What the peer has room for is still sent: it may hold the last words that explain the reason. */
  destroy(reason?: Error): void {
    if (this.#isGone || this.#sending === "dropping") return;
    const error =
      reason === undefined
        ? new GatewayError(this.#host.lostCode, "the channel was closed on this side")
        : GatewayError.from(reason, this.#host.lostCode);
    this.#break(error);
    this.#incoming.drain();
    this.#sending = "dropping";
    this.#host.ready(this);
  }

  /** Breaks without telling the peer, for a tunnel that is gone or a peer that knows. What arrived before can still be read. */
  abandon(error: GatewayError): void {
    this.#break(error);
    this.#outgoing.clear();
    this.#sending = "ended";
    this.#leave();
  }

  /** Whether `takeFrame` has something to give. */
  get hasFrame(): boolean {
    switch (this.#sending) {
      case "ended":
        return false;
      case "open":
        return this.#outgoing.sendable;
      case "ending":
        return this.#outgoing.sendable || this.#outgoing.isEmpty;
      case "dropping":
        return true;
    }
  }

  /** The next frame to send, of at most `maxBytes` of data. */
  takeFrame(maxBytes: number): OutgoingFrame | undefined {
    if (this.#sending === "ended") return undefined;
    const starved = this.#outgoing.takeStarved();
    const taken = this.#outgoing.take(maxBytes);
    if (taken !== undefined)
      return { kind: "data", channel: this.number, pieces: taken.pieces, length: taken.length, starved };
    if (this.#sending === "dropping") return this.#takeReset();
    if (this.#sending !== "ending" || !this.#outgoing.isEmpty) return undefined;
    this.#sending = "ended";
    this.#leaveWhenBothEnded();
    return { kind: "end", channel: this.number };
  }

  /** Takes a frame of the peer. */
  receive(frame: Extract<RelayFrame, { channel: number }>): void {
    switch (frame.kind) {
      case "data":
        this.#receiveData(frame.bytes, frame.starved);
        return;
      case "end":
        this.#receiving = "ended";
        this.#incoming.finish();
        this.#leaveWhenBothEnded();
        return;
      case "credit":
        if (!this.#outgoing.addCredit(frame.credit))
          this.destroy(new GatewayError("protocol/malformed", "the peer gave more credit than there can be"));
        else if (this.hasFrame) this.#host.ready(this);
        return;
      case "reset":
        this.abandon(
          new GatewayError(
            isErrorCode(frame.code) ? frame.code : this.#host.lostCode,
            "the other end dropped the session",
          ),
        );
    }
  }

  #receiveData(bytes: Buffer, starved: boolean): void {
    if (this.#receiving === "ended" || !this.#window.receive(bytes.length)) {
      this.destroy(
        new GatewayError(
          "protocol/out-of-order",
          `channel ${this.number}: the peer sent data that it had no credit for`,
        ),
      );
      return;
    }
    if (bytes.length === 0 || this.#broken !== undefined) return;
    // The peer stood still although everything had been read: the window is what limits the flow.
    const grow = starved && this.#incoming.queuedBytes === 0;
    this.#incoming.push(bytes);
    const credit = grow ? this.#window.grow() : 0;
    if (credit > 0) this.#host.grant(this.number, credit);
  }

  #taken(bytes: number): void {
    if (this.#isGone || this.#receiving === "ended") return;
    const credit = this.#window.take(bytes);
    if (credit > 0) this.#host.grant(this.number, credit);
  }

  #takeReset(): OutgoingFrame {
    this.#outgoing.clear();
    this.#sending = "ended";
    const code = this.#broken?.code ?? this.#host.lostCode;
    this.#leave();
    return { kind: "reset", channel: this.number, code };
  }

  #break(error: GatewayError): void {
    if (this.#broken !== undefined) return;
    this.#broken = error;
    this.#incoming.finish(error);
    this.#outgoing.fail(error);
  }

  #leaveWhenBothEnded(): void {
    if (this.#sending === "ended" && this.#receiving === "ended") this.#leave();
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#window.release();
    this.#host.gone(this);
    this.#closed.resolve();
  }
}
