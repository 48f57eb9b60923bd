import { encodeRelayBatch } from "../encode-relay-batch.ts";
import type { OutgoingFrame, RelayFrame } from "../relay-frame.ts";

/** Encodes frames as they are read, with data cut into pieces as a sender may hold it. */
export function encodeFrames(frames: readonly RelayFrame[]): Buffer {
  return encodeRelayBatch(frames.map(inPieces));
}

function inPieces(frame: RelayFrame): OutgoingFrame {
  if (frame.kind !== "data") return frame;
  const { channel, bytes, starved } = frame;
  const middle = Math.floor(bytes.length / 2);
  return {
    kind: "data",
    channel,
    pieces: [bytes.subarray(0, middle), bytes.subarray(middle)],
    length: bytes.length,
    starved,
  };
}
