import type { Frame } from "@sallyport/shared/frame";
import { PACKET_HEADER_BYTES } from "../messages/encode-packet.ts";

const AT = PACKET_HEADER_BYTES + 1;
const BYTES = 4;

/** The number that a command of a prepared statement begins with; undefined where the command is too short for one. */
export function statementIn({ chunk, start, end }: Frame): number | undefined {
  return end - start < AT + BYTES ? undefined : chunk.readUInt32LE(start + AT);
}
