import { GatewayError, type ErrorCode } from "../errors.ts";
import { GrowthBudget } from "./credit-window.ts";
import { decodeRelayBatch } from "./decode-relay-batch.ts";
import { encodeRelayBatch } from "./encode-relay-batch.ts";
import { RelayChannel, type RelayChannelHost } from "./relay-channel.ts";
import { FRAME_OVERHEAD_BYTES, type OutgoingFrame, type RelayFrame } from "./relay-frame.ts";

/** Frames of all channels leave as messages of at most this size: a larger one would delay the others' small frames. */
export const MAX_BATCH_BYTES = 32 * 1024;

/** Messages handed to the link before it took them. A second one keeps it busy; more would only queue ahead of small frames. */
const MAX_IN_FLIGHT = 2;

/** Below this Node takes a buffer's memory from a pool of its own. */
const POOLED_ABOVE_BYTES = 4 * 1024;

/** With more channels than this ready, each still gets a piece worth its header. */
const MAX_SHARES = 8;

/** The most that a frame without data takes. */
const SMALL_FRAME_BYTES = 96;

/** Frames that wait ahead of data; a peer that still asks for echoes then does not read what it asked for. */
const MAX_URGENT_FRAMES = 10_000;

export interface RelayMultiplexerOptions {
  /** Hands a message to the link, which calls `sent` once it can take another. From then on the message's memory is used again. */
  readonly send: (message: Buffer, sent: () => void) => void;
  /** What a channel breaks with when nobody said why. */
  readonly lostCode: ErrorCode;
}

/** Carries the bytes of all sessions of a tunnel over one stream of messages; both ends of a tunnel have one. It never waits for a reader. */
export class RelayMultiplexer implements RelayChannelHost {
  readonly growth = new GrowthBudget();
  readonly lostCode: ErrorCode;
  readonly #send: RelayMultiplexerOptions["send"];
  readonly #channels = new Map<number, RelayChannel>();
  readonly #ready = new Set<RelayChannel>();
  readonly #echoes = new Map<number, () => void>();
  /** As many as were ever in flight at once. */
  readonly #spare: Buffer[] = [];
  #urgent: OutgoingFrame[] = [];
  #lastNonce = 0;
  #inFlight = 0;
  #gathering = false;
  /** Who alone filled the last message; undefined when several did. */
  #soleSender: RelayChannel | undefined;
  #broken: GatewayError | undefined;

  constructor(options: RelayMultiplexerOptions) {
    this.lostCode = options.lostCode;
    this.#send = options.send;
  }

  get channelCount(): number {
    return this.#channels.size;
  }

  /** Begins a channel. The gateway picks its number and must never reuse one on a tunnel: late frames would reach the wrong session. */
  open(number: number): RelayChannel {
    if (this.#channels.has(number)) throw new GatewayError("internal/unexpected", `channel ${number} is open already`);
    const channel = new RelayChannel(number, this);
    if (this.#broken !== undefined) channel.abandon(this.#broken);
    else this.#channels.set(number, channel);
    return channel;
  }

  /** Takes a message of the link. Throws `protocol/malformed`, after which the tunnel is of no use. */
  receive(message: Buffer): void {
    for (const frame of decodeRelayBatch(message)) this.#receiveFrame(frame);
  }

  /** Resolves once the other end's relay has answered. It never resolves on a relay that is broken. */
  echo(): Promise<void> {
    this.#lastNonce = (this.#lastNonce + 1) % 0x1_0000_0000;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#echoes.set(this.#lastNonce, resolve);
    this.#sendUrgent({ kind: "echo", nonce: this.#lastNonce });
    return promise;
  }

  /** Breaks every channel: the tunnel is gone. */
  break(error: GatewayError): void {
    if (this.#broken !== undefined) return;
    this.#broken = error;
    this.#urgent = [];
    this.#echoes.clear();
    for (const channel of this.#channels.values()) channel.abandon(error);
    this.#ready.clear();
  }

  ready(channel: RelayChannel): void {
    this.#ready.add(channel);
    // One session alone has nobody to share a message with, so gathering would only add latency.
    if (this.#soleSender === channel && this.#ready.size === 1 && this.#inFlight === 0) this.#flush();
    else this.#gather();
  }

  grant(channel: number, credit: number): void {
    this.#sendUrgent({ kind: "credit", channel, credit });
  }

  gone(channel: RelayChannel): void {
    this.#channels.delete(channel.number);
    this.#ready.delete(channel);
    if (this.#soleSender === channel) this.#soleSender = undefined;
  }

  #receiveFrame(frame: RelayFrame): void {
    switch (frame.kind) {
      case "echo":
        if (this.#urgent.length >= MAX_URGENT_FRAMES)
          throw new GatewayError("protocol/malformed", "the peer asks for more echoes than it reads");
        this.#sendUrgent({ kind: "echoed", nonce: frame.nonce });
        return;
      case "echoed":
        this.#echoes.get(frame.nonce)?.();
        this.#echoes.delete(frame.nonce);
        return;
      default:
        // A frame for a channel that is gone was on its way when it went.
        this.#channels.get(frame.channel)?.receive(frame);
    }
  }

  #sendUrgent(frame: OutgoingFrame): void {
    if (this.#broken !== undefined) return;
    this.#urgent.push(frame);
    this.#gather();
  }

  /** Everything that becomes ready before the event loop's next turn shares a message: a write to the link costs the same whatever its size. */
  #gather(): void {
    if (this.#gathering || this.#broken !== undefined) return;
    this.#gathering = true;
    setImmediate(() => {
      this.#gathering = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#inFlight < MAX_IN_FLIGHT && this.#broken === undefined) {
      const frames = this.#nextBatch();
      if (frames.length === 0) return;
      this.#inFlight += 1;
      this.#transmit(frames);
    }
  }

  /** Large messages take turns in a few buffers: in bulk, making a new one for each costs more than filling it. */
  #transmit(frames: readonly OutgoingFrame[]): void {
    let buffer: Buffer | undefined;
    const message = encodeRelayBatch(frames, (bytes) => {
      if (bytes < POOLED_ABOVE_BYTES || bytes > MAX_BATCH_BYTES) return Buffer.allocUnsafe(bytes);
      buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(MAX_BATCH_BYTES);
      return buffer.subarray(0, bytes);
    });
    this.#send(message, () => {
      if (buffer !== undefined) this.#spare.push(buffer);
      const wasFull = this.#inFlight === MAX_IN_FLIGHT;
      this.#inFlight -= 1;
      if (wasFull) this.#flush();
    });
  }

  #nextBatch(): readonly OutgoingFrame[] {
    const frames: OutgoingFrame[] = this.#urgent.splice(0, Math.floor(MAX_BATCH_BYTES / SMALL_FRAME_BYTES));
    let room = MAX_BATCH_BYTES - frames.length * SMALL_FRAME_BYTES;
    const share = Math.ceil(MAX_BATCH_BYTES / Math.min(Math.max(this.#ready.size, 1), MAX_SHARES));
    let sole: RelayChannel | undefined;
    let several = false;
    for (const channel of this.#ready) {
      if (room < SMALL_FRAME_BYTES) break;
      this.#ready.delete(channel);
      const frame = channel.takeFrame(Math.min(room, share) - FRAME_OVERHEAD_BYTES);
      if (frame === undefined) continue;
      frames.push(frame);
      room -= frame.kind === "data" ? frame.length + FRAME_OVERHEAD_BYTES : SMALL_FRAME_BYTES;
      several ||= sole !== undefined && sole !== channel;
      sole = channel;
      // Deleted and added again it stands last, and is visited again in this very loop while there is room.
      if (channel.hasFrame) this.#ready.add(channel);
    }
    if (sole !== undefined) this.#soleSender = several ? undefined : sole;
    return frames;
  }
}
