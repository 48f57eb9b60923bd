import { GatewayError, type ErrorCode } from "@sallyport/shared/errors";
import type { Frame, Framer } from "@sallyport/shared/frame";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";

/** The longest line of the toy protocol, its newline included. */
export const MAX_LINE_BYTES = 16 * 1024;

const NEWLINE = 0x0a;

/** Cuts a flow at newlines. A line that is too long is found out as soon as it is. */
export class LineFramer implements Framer {
  readonly #tooLong: ErrorCode;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(from: "client" | "server") {
    this.#tooLong = from === "client" ? "protocol/too-large" : "server/malformed";
  }

  push(chunk: Buffer): void {
    const rest = this.#chunk.subarray(this.#at);
    this.#chunk = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.#at = 0;
  }

  next(): Frame | undefined {
    const newline = this.#chunk.indexOf(NEWLINE, this.#at);
    const end = newline === -1 ? this.#chunk.length : newline + 1;
    if (end - this.#at > MAX_LINE_BYTES)
      throw new GatewayError(this.#tooLong, `a line is longer than ${MAX_LINE_BYTES} bytes`);
    if (newline === -1) return undefined;
    const frame: Frame = { tag: 0, chunk: this.#chunk, start: this.#at, end, part: "whole" };
    this.#at = end;
    return frame;
  }

  get isEmpty(): boolean {
    return this.#at === this.#chunk.length;
  }

  /** What is collected of a line has not been handed out, so it has not begun for whoever comes after. */
  get atBoundary(): boolean {
    return true;
  }
}

/** The next line of a login, what came behind it being put back. Undefined where the peer ended instead. */
export async function readLine(stream: SocketStream, maxBytes: number): Promise<string | undefined> {
  let bytes: Buffer = Buffer.alloc(0);
  for (let newline = -1; newline === -1; newline = bytes.indexOf(NEWLINE)) {
    if (bytes.length > maxBytes) throw new GatewayError("protocol/too-large", "the line is too long");
    const chunk = await stream.read();
    if (chunk === undefined) return undefined;
    bytes = Buffer.concat([bytes, chunk]);
  }
  const newline = bytes.indexOf(NEWLINE);
  stream.unread(bytes.subarray(newline + 1));
  return bytes.toString("utf8", 0, newline);
}

/** A frame's line, without its newline. */
export function textOf(frame: Frame): string {
  return frame.chunk.toString("utf8", frame.start, frame.end - 1);
}

/** An error in the toy protocol's own words. */
export function errorLine(error: GatewayError): Buffer {
  return lineOf("ERR", error.code, error.detail ?? error.summary);
}

/** A line of these words, as bytes. */
export function lineOf(...words: readonly string[]): Buffer {
  return Buffer.from(`${words.join(" ").replaceAll("\n", " ")}\n`);
}
