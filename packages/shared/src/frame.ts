import type { Piece } from "./bytes/piece.ts";

/** Where in its message a frame lies: a whole one, or a piece of one that is relayed as it arrives. */
export type FramePart = "whole" | "first" | "middle" | "last";

/**
 * One message of a protocol, or a piece of a large one. It is a view into received memory and is reused: valid only
 * until the framer's next call. Copy what must be kept. Its bytes are with the header.
 */
export interface Frame extends Piece {
  readonly tag: number;
  readonly part: FramePart;
}

/** Cuts a byte flow into frames. Limits are checked as soon as a header is known; after an error a framer is not used again. */
export interface Framer {
  push(chunk: Buffer): void;
  /** The next frame, or undefined until more was pushed. Throws `GatewayError`. */
  next(): Frame | undefined;
  /** Whether the flow stands between two messages, where one of our own may be put. */
  readonly atBoundary: boolean;
  /** Whether nothing was pushed that has not been handed out. */
  readonly isEmpty: boolean;
}
