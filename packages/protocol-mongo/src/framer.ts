import { PieceList } from "@sallyport/shared/bytes/piece-list";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame, Framer } from "@sallyport/shared/frame";
import { clientLimits, serverLimits, type FrameLimits } from "./frame-limits.ts";
import { decodeMessageHeader, HEADER_BYTES } from "./messages/message-header.ts";

const NOTHING = Buffer.alloc(0);

/** Written through here, read through `Frame`. */
interface MutableFrame extends Frame {
  tag: number;
  chunk: Buffer;
  start: number;
  end: number;
}

/**
 * Cuts the byte flow into messages, always whole: what has to be looked at may stand anywhere in one. The tag is the op code. A
 * message that is still being collected has not begun for whoever comes after, so the flow always stands at a boundary.
 */
export function createMongoFramer(from: "client" | "server"): Framer {
  return from === "client" ? new MongoFramer("client", clientLimits) : new MongoFramer("server", serverLimits);
}

class MongoFramer implements Framer {
  readonly atBoundary = true;
  readonly #from: "client" | "server";
  readonly #limits: FrameLimits;
  readonly #frame: MutableFrame = { tag: 0, chunk: NOTHING, start: 0, end: 0, part: "whole" };
  #chunk: Buffer = NOTHING;
  #at = 0;
  /** What is still to come of the message that is collected. */
  #missing = 0;
  readonly #collected = new PieceList();

  constructor(from: "client" | "server", limits: FrameLimits) {
    this.#from = from;
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#at === this.#chunk.length && this.#missing === 0;
  }

  push(chunk: Buffer): void {
    const left = this.#chunk.length - this.#at;
    this.#chunk = left === 0 ? chunk : Buffer.concat([this.#chunk.subarray(this.#at), chunk]);
    this.#at = 0;
  }

  next(): Frame | undefined {
    if (this.#missing !== 0) return this.#collect();
    const chunk = this.#chunk;
    const at = this.#at;
    if (chunk.length - at < HEADER_BYTES) return this.#starve();
    const { length, opCode } = decodeMessageHeader(chunk, at);
    const limit = this.#limits.get(opCode);
    if (limit === undefined || length < HEADER_BYTES || length > limit) throw this.#fault(opCode, length, limit);
    const end = at + length;
    this.#frame.tag = opCode;
    if (end <= chunk.length) {
      this.#at = end;
      return this.#hand(chunk, at, end);
    }
    this.#missing = end - chunk.length;
    this.#at = chunk.length;
    this.#collected.add(chunk.subarray(at));
    return this.#starve();
  }

  #collect(): Frame | undefined {
    const chunk = this.#chunk;
    const at = this.#at;
    if (at === chunk.length) return this.#starve();
    const end = Math.min(chunk.length, at + this.#missing);
    this.#missing -= end - at;
    this.#at = end;
    this.#collected.add(chunk.subarray(at, end));
    if (this.#missing !== 0) return this.#starve();
    const joined = this.#collected.join();
    return this.#hand(joined, 0, joined.length);
  }

  /** Lets go of memory that was read: a session may stay idle for hours after a large message. */
  #starve(): undefined {
    this.#frame.chunk = NOTHING;
    if (this.#at !== this.#chunk.length) return;
    this.#chunk = NOTHING;
    this.#at = 0;
  }

  #hand(chunk: Buffer, start: number, end: number): Frame {
    const frame = this.#frame;
    frame.chunk = chunk;
    frame.start = start;
    frame.end = end;
    return frame;
  }

  #fault(opCode: number, length: number, limit: number | undefined): GatewayError {
    const what = `a message of op code ${opCode} and length ${length}`;
    if (this.#from === "server") return new GatewayError("server/malformed", `${what} came from the server`);
    if (length < HEADER_BYTES) return new GatewayError("protocol/malformed", what);
    return new GatewayError(limit === undefined ? "protocol/unsupported" : "protocol/too-large", what);
  }
}
