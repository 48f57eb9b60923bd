import { PieceList } from "../bytes/piece-list.ts";
import type { SocketStream } from "./socket-stream.ts";

/** So many bytes, or fewer when the peer ends first. Nothing beyond them is taken from the stream, so that TLS or a relay can begin right behind. */
export async function readUpTo(stream: Pick<SocketStream, "read" | "unread">, count: number): Promise<Buffer> {
  const pieces = new PieceList();
  while (pieces.length < count) {
    const chunk = await stream.read();
    if (chunk === undefined) break;
    const missing = count - pieces.length;
    if (chunk.length > missing) stream.unread(chunk.subarray(missing));
    if (chunk.length >= count && pieces.length === 0) return chunk.subarray(0, count);
    pieces.add(chunk.subarray(0, missing));
  }
  return pieces.join();
}
