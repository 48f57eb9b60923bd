import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import type { Frame } from "@sallyport/shared/frame";
import { bodyOf } from "./body.ts";

/** Execute ('E'): runs a portal. The row limit that follows the name is the server's business. */
export function decodeExecute(frame: Frame): string {
  const reader = bodyOf(frame);
  const portal = reader.string();
  reader.int32();
  reader.expectEnd();
  return portal;
}

/** An Execute of all rows. */
export function encodeExecute(portal: string): Buffer {
  const lengthAt = 1;
  const writer = new ByteWriter().uint8(0x45).int32(0).string(portal).int32(0);
  return writer.patchInt32(lengthAt, writer.length - lengthAt).finish();
}
