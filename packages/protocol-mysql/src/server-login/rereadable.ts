import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import type { PacketStream } from "../packet-exchange.ts";

/** A stream whose reader may put back what it took too much of. It is to be read only here from now on. */
export function rereadable(stream: ByteStream): PacketStream {
  let back: Buffer | undefined;
  return {
    async read() {
      const bytes = back ?? (await stream.read());
      back = undefined;
      return bytes;
    },
    unread(bytes) {
      back = bytes.length > 0 ? bytes : undefined;
    },
    write: (bytes) => stream.write(bytes),
  };
}
