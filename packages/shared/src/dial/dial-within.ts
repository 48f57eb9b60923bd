import type { GatewayError } from "../errors.ts";
import type { SocketStream } from "../stream/socket-stream.ts";
import type { Dial } from "../adapter.ts";

/**
 * Dials and does something with the connection within a time. When it fails or takes too long the connection is closed,
 * also one that comes about after we stopped waiting.
 */
export async function dialWithin<T>(
  ms: number,
  late: () => GatewayError,
  dial: Dial,
  work: (stream: SocketStream) => Promise<T>,
): Promise<T> {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(late()), ms);
  const dialled = (async () => dial())();
  try {
    return await Promise.race([deadline.promise, dialled.then(work)]);
  } catch (error) {
    dialled.then(
      (stream) => stream.destroy(),
      // the race has told of it already
      () => undefined,
    );
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
