import { GatewayError } from "@sallyport/shared/errors";
import type { Frame, Framer } from "@sallyport/shared/frame";

/** The longest line of the toy protocol, its newline included. */
export const MAX_LINE_BYTES = 16 * 1024;

const NEWLINE = 0x0a;

/** Cuts a flow at newlines. A line that is too long is found out as soon as it is. */
export class LineFramer implements Framer {
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;

  push(chunk: Buffer): void {
    const rest = this.#chunk.subarray(this.#at);
    this.#chunk = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.#at = 0;
  }

  next(): Frame | undefined {
    const newline = this.#chunk.indexOf(NEWLINE, this.#at);
    const end = newline === -1 ? this.#chunk.length : newline + 1;
    if (end - this.#at > MAX_LINE_BYTES)
      throw new GatewayError("protocol/too-large", `a line is longer than ${MAX_LINE_BYTES} bytes`);
    if (newline === -1) return undefined;
    const frame: Frame = { tag: 0, chunk: this.#chunk, start: this.#at, end, part: "whole" };
    this.#at = end;
    return frame;
  }

  get atBoundary(): boolean {
    return this.#at === this.#chunk.length;
  }
}

/** A frame's line, without its newline. */
export function textOf(frame: Frame): string {
  return frame.chunk.toString("utf8", frame.start, frame.end - 1);
}

/** A line of these words, as bytes. */
export function lineOf(...words: readonly string[]): Buffer {
  return Buffer.from(`${words.join(" ").replaceAll("\n", " ")}\n`);
}
