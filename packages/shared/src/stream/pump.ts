import type { ByteStream } from "./byte-stream.ts";
import { GatewayError } from "../errors.ts";

/** Copies one flow to its end, never ahead of the receiver. Rejects with what broke either stream; neither is dropped. */
export async function pump(from: ByteStream, to: ByteStream): Promise<void> {
  for (;;) {
    const bytes = await from.read();
    if (bytes === undefined) {
      to.end();
      return;
    }
    const room = to.write(bytes);
    if (room !== undefined) await room;
  }
}

/** Joins two streams until both flows have ended, or drops both as soon as either breaks. Never rejects; resolves to what broke them. */
export async function joinStreams(left: ByteStream, right: ByteStream): Promise<GatewayError | undefined> {
  try {
    await Promise.all([pump(left, right), pump(right, left)]);
    return undefined;
  } catch (reason) {
    const error = GatewayError.from(reason);
    left.destroy(error);
    right.destroy(error);
    return error;
  }
}
