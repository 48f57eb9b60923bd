import { PieceList } from "@sallyport/shared/bytes/piece-list";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame, Framer, FramePart } from "@sallyport/shared/frame";
import { clientLimit, CONTINUATION, EMPTY, FIRST_PIECE_BYTES, IN_PIECES, SERVER_WHOLE_BYTES } from "./frame-limits.ts";
import { MAX_PACKET_BYTES, PACKET_HEADER_BYTES } from "./messages/encode-packet.ts";

const NOTHING = Buffer.alloc(0);
const SEQUENCE_IDS = 256;

/** Written through here, read through `Frame`. */
interface MutableFrame extends Frame {
  tag: number;
  chunk: Buffer;
  start: number;
  end: number;
  part: FramePart;
}

/** Cuts the byte flow behind a login into messages. A frame is a message's packets, headers included, or a piece of them. */
export function createMysqlFramer(from: "client" | "server"): Framer {
  return new MysqlFramer(from);
}

/**
 *     payload length | sequence id | payload
 *           3        |      1      |
 *
 * A payload of 2^24-1 bytes says that the message goes on in the next packet, whose payload may be empty.
 */
class MysqlFramer implements Framer {
  readonly #from: "client" | "server";
  readonly #frame: MutableFrame = { tag: 0, chunk: NOTHING, start: 0, end: 0, part: "whole" };
  readonly #collected = new PieceList();
  #chunk: Buffer = NOTHING;
  #at = 0;
  /** Whether a message has been begun and is not at its end. */
  #inMessage = false;
  #inPieces = false;
  /** What is still to come of the packet in hand. */
  #missing = 0;
  /** Whether another packet of the same message follows the one in hand. */
  #goesOn = false;
  #sequence = 0;
  #limit = 0;
  #bytes = 0;

  constructor(from: "client" | "server") {
    this.#from = from;
  }

  get atBoundary(): boolean {
    return !this.#inMessage || !this.#inPieces;
  }

  get isEmpty(): boolean {
    return !this.#inMessage && this.#at === this.#chunk.length;
  }

  push(chunk: Buffer): void {
    const left = this.#chunk.length - this.#at;
    this.#chunk = left === 0 ? chunk : Buffer.concat([this.#chunk.subarray(this.#at), chunk]);
    this.#at = 0;
  }

  next(): Frame | undefined {
    if (this.#inMessage) return this.#continue();
    const chunk = this.#chunk;
    const at = this.#at;
    if (chunk.length - at < PACKET_HEADER_BYTES) return this.#starve();
    const length = lengthAt(chunk, at);
    const whole = at + PACKET_HEADER_BYTES + length;
    if (whole > chunk.length || length === MAX_PACKET_BYTES) return this.#begin(length);
    const tag = this.#tagOf(chunk, at, length);
    this.#assertFits(tag, length);
    this.#sequence = chunk[at + PACKET_HEADER_BYTES - 1] ?? 0;
    this.#at = whole;
    return this.#hand(tag, chunk, at, whole, "whole");
  }

  /** A message that goes on in the next chunk, or in the next packet. */
  #begin(length: number): Frame | undefined {
    const chunk = this.#chunk;
    const at = this.#at;
    const available = chunk.length - at - PACKET_HEADER_BYTES;
    // enough to know what it is, and for whoever looks at the first piece alone
    if (available < Math.min(length, 1)) return undefined;
    const tag = this.#tagOf(chunk, at, length);
    this.#assertFits(tag, length);
    const inPieces = this.#limit === IN_PIECES;
    if (inPieces && available < Math.min(length, FIRST_PIECE_BYTES)) return undefined;
    const end = Math.min(chunk.length, at + PACKET_HEADER_BYTES + length);
    this.#inMessage = true;
    this.#inPieces = inPieces;
    this.#frame.tag = tag;
    this.#bytes = length;
    this.#enterPacket(length, chunk[at + PACKET_HEADER_BYTES - 1] ?? 0);
    this.#missing -= end - at - PACKET_HEADER_BYTES;
    this.#at = end;
    if (inPieces) return this.#hand(tag, chunk, at, end, "first");
    this.#collected.add(chunk.subarray(at, end));
    return this.#continue();
  }

  #continue(): Frame | undefined {
    const from = this.#at;
    const chunk = this.#chunk;
    for (let at = from; ; at = this.#at) {
      if (this.#missing === 0 && this.#goesOn) {
        if (chunk.length - at < PACKET_HEADER_BYTES) break;
        this.#enterNextPacket(lengthAt(chunk, at), chunk[at + PACKET_HEADER_BYTES - 1] ?? 0);
        this.#at += PACKET_HEADER_BYTES;
      }
      const taken = Math.min(this.#missing, chunk.length - this.#at);
      this.#missing -= taken;
      this.#at += taken;
      if (this.#missing === 0 && !this.#goesOn) return this.#finish(chunk, from);
      if (this.#missing > 0) break;
    }
    if (this.#at === from) return this.#starve();
    if (this.#inPieces) return this.#hand(this.#frame.tag, chunk, from, this.#at, "middle");
    this.#collected.add(chunk.subarray(from, this.#at));
    return undefined;
  }

  #finish(chunk: Buffer, from: number): Frame {
    this.#inMessage = false;
    if (this.#inPieces) return this.#hand(this.#frame.tag, chunk, from, this.#at, "last");
    this.#collected.add(chunk.subarray(from, this.#at));
    const joined = this.#collected.join();
    return this.#hand(this.#frame.tag, joined, 0, joined.length, "whole");
  }

  #enterPacket(length: number, sequence: number): void {
    this.#missing = length;
    this.#goesOn = length === MAX_PACKET_BYTES;
    this.#sequence = sequence;
  }

  #enterNextPacket(length: number, sequence: number): void {
    const due = (this.#sequence + 1) % SEQUENCE_IDS;
    if (sequence !== due) {
      const code = this.#from === "client" ? "protocol/out-of-order" : "server/malformed";
      throw new GatewayError(code, `a message goes on with the sequence id ${sequence} where ${due} comes next`);
    }
    this.#bytes += length;
    if (this.#limit !== IN_PIECES && this.#bytes > this.#limit) throw this.#tooLarge(this.#frame.tag, this.#bytes);
    this.#enterPacket(length, sequence);
  }

  /** The first byte of the payload says what a message is; a client's, only where it begins a command. */
  #tagOf(chunk: Buffer, at: number, length: number): number {
    const sequence = chunk[at + PACKET_HEADER_BYTES - 1] ?? 0;
    if (length === 0) return EMPTY;
    if (this.#from === "client" && (sequence !== 0 || this.#goesRound)) return CONTINUATION;
    return chunk[at + PACKET_HEADER_BYTES] ?? 0;
  }

  /** Sequence ids of a long file come round to 0 without beginning a command; an empty packet would have been its end. */
  get #goesRound(): boolean {
    return this.#frame.tag === CONTINUATION && this.#sequence === SEQUENCE_IDS - 1;
  }

  #assertFits(tag: number, length: number): void {
    this.#limit = this.#from === "client" ? clientLimit(tag) : serverLimit(length);
    if (this.#limit !== IN_PIECES && length > this.#limit) throw this.#tooLarge(tag, length);
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

  #tooLarge(tag: number, length: number): GatewayError {
    return new GatewayError("protocol/too-large", `a message of command ${tag} with ${length} bytes`);
  }
}

function lengthAt(chunk: Buffer, at: number): number {
  return (chunk[at] ?? 0) | ((chunk[at + 1] ?? 0) << 8) | ((chunk[at + 2] ?? 0) << 16);
}

function serverLimit(length: number): number {
  return length <= SERVER_WHOLE_BYTES ? SERVER_WHOLE_BYTES : IN_PIECES;
}
