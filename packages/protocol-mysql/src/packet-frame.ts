import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { ErrorCode } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import { MAX_PACKET_BYTES, PACKET_HEADER_BYTES } from "./messages/encode-packet.ts";

const SEQUENCE_IDS = 256;
/** A packet that says that its message goes on in the next one. */
const FULL_PACKET_BYTES = MAX_PACKET_BYTES + PACKET_HEADER_BYTES;

/** The sequence id of a message's first packet; not of a later piece. */
export function firstSequence({ chunk, start }: Frame): number {
  return chunk[start + PACKET_HEADER_BYTES - 1] ?? 0;
}

/** The sequence id that follows a message of so many bytes, headers included. */
export function sequenceBehind(first: number, messageBytes: number): number {
  const packets = Math.floor(messageBytes / FULL_PACKET_BYTES) + 1;
  return (first + packets) % SEQUENCE_IDS;
}

/** As `sequenceBehind`, of a whole message. */
export function sequenceBehindFrame(frame: Frame): number {
  return sequenceBehind(firstSequence(frame), frame.end - frame.start);
}

/** Views of what is payload in a piece of a message of which so many bytes, headers included, came before. */
export function* payloadIn({ chunk, start, end }: Frame, before: number): Generator<Buffer> {
  for (let at = start; at < end;) {
    const inPacket = (before + at - start) % FULL_PACKET_BYTES;
    const upTo = Math.min(
      end,
      at - inPacket + (inPacket < PACKET_HEADER_BYTES ? PACKET_HEADER_BYTES : FULL_PACKET_BYTES),
    );
    if (inPacket >= PACKET_HEADER_BYTES) yield chunk.subarray(at, upTo);
    at = upTo;
  }
}

/** The length that the first packet's header tells. */
export function firstPacketLength({ chunk, start }: Frame): number {
  return chunk.readUIntLE(start, 3);
}

/** Reads the payload of a whole message, its first byte included. One that fits into a packet is a view. */
export function payloadOf(frame: Frame, onFault: ErrorCode): ByteReader {
  const { chunk, start, end } = frame;
  if (end - start < FULL_PACKET_BYTES) return new ByteReader(chunk, start + PACKET_HEADER_BYTES, end, onFault);
  const parts: Buffer[] = [];
  for (let at = start; at < end; at += FULL_PACKET_BYTES) {
    parts.push(chunk.subarray(at + PACKET_HEADER_BYTES, Math.min(end, at + FULL_PACKET_BYTES)));
  }
  const payload = Buffer.concat(parts);
  return new ByteReader(payload, 0, payload.length, onFault);
}
