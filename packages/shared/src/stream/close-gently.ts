import { setTimeout as delay } from "node:timers/promises";
import type { ByteStream } from "./byte-stream.ts";

/** How long a peer may take to read our last words and hang up. */
const LINGER_MS = 1_000;

/**
 * Says the last words and closes, giving the peer a moment to read them: closing with unread input makes the kernel
 * send a reset, which can overtake what was written. Never rejects.
 */
export async function closeGently(stream: ByteStream, lastWords: Uint8Array): Promise<void> {
  const done = new AbortController();
  // Both may be overtaken and reject later; whatever happens the stream is closed.
  const timer = delay(LINGER_MS, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([lastExchange(stream, lastWords).catch(() => stream.closed), timer]);
  done.abort();
  stream.destroy();
}

async function lastExchange(stream: ByteStream, lastWords: Uint8Array): Promise<void> {
  await stream.write(lastWords);
  stream.end();
  while ((await stream.read()) !== undefined);
}
