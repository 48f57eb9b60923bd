import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { Frame } from "@sallyport/shared/frame";
import type { ErrorCode } from "@sallyport/shared/errors";

/** Tag byte and int32 length. */
export const HEADER_BYTES = 5;

/** A reader over what follows a frame's header. The fault names the side that sent the frame. */
export function bodyOf(frame: Frame, onFault: ErrorCode = "protocol/malformed"): ByteReader {
  return new ByteReader(frame.chunk, frame.start + HEADER_BYTES, frame.end, onFault);
}
