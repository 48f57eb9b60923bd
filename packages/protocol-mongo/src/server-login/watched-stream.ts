import type { ByteStream } from "@sallyport/shared/stream/byte-stream";

/** A stream to a server that knows whether an answer may be due. */
export interface WatchedStream extends ByteStream {
  /** Whether nothing came from the server since something was last sent to it. It sends whole replies, each once it is done. */
  readonly owesAnswer: boolean;
}

/**
 * Watches who spoke last. Clients of MongoDB just hang up, also when all is said: to cancel what runs would cost the server a
 * login for each connection that a pool gives back.
 */
export function watchedStream(stream: ByteStream): WatchedStream {
  let owesAnswer = false;
  return {
    get owesAnswer() {
      return owesAnswer;
    },
    closed: stream.closed,
    async read() {
      const bytes = await stream.read();
      owesAnswer = false;
      return bytes;
    },
    write(bytes) {
      owesAnswer = true;
      return stream.write(bytes);
    },
    end: () => stream.end(),
    destroy: (reason) => stream.destroy(reason),
  };
}
