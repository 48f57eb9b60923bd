import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { encodeMessage } from "./encode-message.ts";
import { protocolVersion } from "./protocol-version.ts";

/** An option's name takes at least two bytes; a server that claims more than could fit lies. */
const MIN_OPTION_BYTES = 2;

/**
 * NegotiateProtocolVersion ('v'): `int32 version, int32 n, { option\0 }*n`. The version is the whole one, major included
 * (the manual called it a minor version for a long time; no server ever sent it so).
 */
export interface NegotiateProtocolVersion {
  readonly major: number;
  readonly minor: number;
  /** Protocol options that the sender does not know. */
  readonly unknownOptions: readonly string[];
}

export function decodeNegotiateProtocolVersion(body: ByteReader): NegotiateProtocolVersion {
  const version = body.int32() >>> 0;
  const count = body.int32();
  if (count < 0 || count * MIN_OPTION_BYTES > body.remaining) throw body.fault(`${count} protocol options`);
  const unknownOptions = Array.from({ length: count }, () => body.string());
  body.expectEnd();
  return { major: version >>> 16, minor: version & 0xffff, unknownOptions };
}

export function encodeNegotiateProtocolVersion({ major, minor, unknownOptions }: NegotiateProtocolVersion): Buffer {
  return encodeMessage("v", (writer) => {
    writer.int32(protocolVersion(major, minor)).int32(unknownOptions.length);
    for (const option of unknownOptions) writer.string(option);
  });
}
