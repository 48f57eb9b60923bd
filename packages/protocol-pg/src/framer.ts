import { GatewayError } from "@sallyport/shared/errors";
import type { Frame, FramePart, Framer } from "@sallyport/shared/frame";
import { clientLimits, MAX_LENGTH, serverLimits, type FrameLimits } from "./frame-limits.ts";
import { int32At } from "./messages/integers.ts";
import { PieceList } from "@sallyport/shared/bytes/piece-list";

/** Tag and length. */
const HEADER_BYTES = 5;
const LENGTH_AT = 1;
/** The length counts itself. */
const MIN_LENGTH = 4;
const NOTHING = Buffer.alloc(0);
/** Stands in the table for a tag that is relayed in pieces. */
const IN_PIECES = 0;

/** Written through here, read through `Frame`. */
interface MutableFrame extends Frame {
  tag: number;
  chunk: Buffer;
  start: number;
  end: number;
  part: FramePart;
}

/**
 * Cuts the byte flow that follows a startup into messages. `atBoundary` speaks of what was handed out: a message that is still being
 * collected has not begun for whoever comes after.
 */
export function createPgFramer(from: "client" | "server"): Framer {
  return from === "client"
    ? new PgFramer("client", tableOf(clientLimits))
    : new PgFramer("server", tableOf(serverLimits));
}

/**
 *     tag | length, itself included | body
 *      1  |           4             | length - 4
 */
class PgFramer implements Framer {
  readonly #from: "client" | "server";
  readonly #limits: Float64Array;
  readonly #frame: MutableFrame = { tag: 0, chunk: NOTHING, start: 0, end: 0, part: "whole" };
  #chunk: Buffer = NOTHING;
  #at = 0;
  /** What is still to come of the message in hand: of one that is collected, or of one handed out in pieces. */
  #missing = 0;
  #inPieces = false;
  readonly #collected = new PieceList();

  constructor(from: "client" | "server", limits: Float64Array) {
    this.#from = from;
    this.#limits = limits;
  }

  get atBoundary(): boolean {
    return this.#missing === 0 || !this.#inPieces;
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
    const chunk = this.#chunk;
    const at = this.#at;
    if (this.#missing !== 0) return this.#continue();
    if (chunk.length - at < HEADER_BYTES) return this.#starve();
    const tag = chunk[at] ?? 0;
    const length = int32At(chunk, at + LENGTH_AT) >>> 0;
    const limit = this.#limits[tag] ?? IN_PIECES;
    if (length < MIN_LENGTH || length > (limit === IN_PIECES ? MAX_LENGTH : limit))
      throw this.#fault(tag, length, limit);
    const end = at + length + 1;
    if (end > chunk.length) return this.#begin(tag, end, limit === IN_PIECES);
    this.#at = end;
    return this.#hand(tag, chunk, at, end, "whole");
  }

  /** A message that goes on in the next chunk. */
  #begin(tag: number, end: number, inPieces: boolean): Frame | undefined {
    const chunk = this.#chunk;
    const at = this.#at;
    this.#at = chunk.length;
    this.#missing = end - chunk.length;
    this.#inPieces = inPieces;
    if (inPieces) return this.#hand(tag, chunk, at, chunk.length, "first");
    this.#frame.tag = tag;
    this.#collected.add(chunk.subarray(at));
    return undefined;
  }

  #continue(): Frame | undefined {
    const chunk = this.#chunk;
    const at = this.#at;
    if (at === chunk.length) return this.#starve();
    const end = Math.min(chunk.length, at + this.#missing);
    this.#missing -= end - at;
    this.#at = end;
    if (this.#inPieces) return this.#hand(this.#frame.tag, chunk, at, end, this.#missing === 0 ? "last" : "middle");
    this.#collected.add(chunk.subarray(at, end));
    if (this.#missing !== 0) return undefined;
    const joined = this.#collected.join();
    return this.#hand(this.#frame.tag, joined, 0, joined.length, "whole");
  }

  /** Lets go of memory that was read: a session may stay idle for hours after a large message. */
  #starve(): undefined {
    this.#frame.chunk = NOTHING;
    if (this.#at !== this.#chunk.length) return;
    this.#chunk = NOTHING;
    this.#at = 0;
  }

  #hand(tag: number, chunk: Buffer, start: number, end: number, part: FramePart): Frame {
    const frame = this.#frame;
    frame.tag = tag;
    frame.chunk = chunk;
    frame.start = start;
    frame.end = end;
    frame.part = part;
    return frame;
  }

  #fault(tag: number, length: number, limit: number): GatewayError {
    const what = `a message '${String.fromCharCode(tag)}' (${tag}) of length ${length}`;
    if (this.#from === "server") return new GatewayError("server/malformed", `${what} came from the server`);
    const isMalformed = length < MIN_LENGTH || length > MAX_LENGTH || limit === MIN_LENGTH;
    return new GatewayError(isMalformed ? "protocol/malformed" : "protocol/too-large", what);
  }
}

function tableOf(limits: FrameLimits): Float64Array {
  const table = new Float64Array(256).fill(IN_PIECES);
  for (const [tag, limit] of Object.entries(limits)) table[tag.charCodeAt(0)] = limit;
  return table;
}
