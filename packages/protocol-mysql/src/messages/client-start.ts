import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { capability, hasCapability } from "./capabilities.ts";

const RESERVED_BYTES = 19;

/** What SSLRequest and HandshakeResponse begin with: 32 bytes. */
export interface ClientStart {
  readonly capabilities: number;
  /** MariaDB's own; 0 from a client that does not know them. */
  readonly mariadbCapabilities: number;
  readonly maxPacketBytes: number;
  readonly collation: number;
}

/** The first two bytes decide whether the rest is laid out as here: of protocol 3.20 nothing more is read. */
export function decodeClientStart(body: ByteReader): ClientStart {
  const lower = body.uint16LE();
  if (!hasCapability(lower, capability.PROTOCOL_41)) {
    return { capabilities: lower, mariadbCapabilities: 0, maxPacketBytes: 0, collation: 0 };
  }
  const capabilities = (lower | (body.uint16LE() << 16)) >>> 0;
  const maxPacketBytes = body.uint32LE();
  const collation = body.uint8();
  body.skip(RESERVED_BYTES);
  const extended = body.uint32LE();
  const mariadbCapabilities = hasCapability(capabilities, capability.MYSQL) ? 0 : extended;
  return { capabilities, mariadbCapabilities, maxPacketBytes, collation };
}

export function encodeClientStart(writer: ByteWriter, start: ClientStart): ByteWriter {
  const { capabilities, mariadbCapabilities, maxPacketBytes, collation } = start;
  return writer
    .uint32LE(capabilities)
    .uint32LE(maxPacketBytes)
    .uint8(collation)
    .bytes(Buffer.alloc(RESERVED_BYTES))
    .uint32LE(hasCapability(capabilities, capability.MYSQL) ? 0 : mariadbCapabilities);
}
