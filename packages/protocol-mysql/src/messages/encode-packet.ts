import { GatewayError } from "@sallyport/shared/errors";

/** Length and sequence id. */
export const PACKET_HEADER_BYTES = 4;
/** A packet of exactly this length says that the message goes on in the next one. */
export const MAX_PACKET_BYTES = 0xff_ffff;

/** One packet around a payload that fits in one. Sequence ids go round at 256. */
export function encodePacket(sequence: number, payload: Uint8Array): Buffer {
  if (payload.length >= MAX_PACKET_BYTES) {
    throw new GatewayError("internal/unexpected", `a packet of ${payload.length} bytes does not fit in one`);
  }
  const packet = Buffer.allocUnsafe(PACKET_HEADER_BYTES + payload.length);
  packet.writeUIntLE(payload.length, 0, 3);
  packet.writeUInt8(sequence & 0xff, 3);
  packet.set(payload, PACKET_HEADER_BYTES);
  return packet;
}
