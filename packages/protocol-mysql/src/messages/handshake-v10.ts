import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { capability, hasCapability } from "./capabilities.ts";

const PROTOCOL_VERSION = 10;
const FIRST_NONCE_BYTES = 8;
/** The second part has at least so many, the last of them a NUL. */
const SECOND_NONCE_BYTES = 13;
const RESERVED_BYTES = 6;

/** The server's greeting, and the first packet of a connection. */
export interface HandshakeV10 {
  readonly version: string;
  readonly connectionId: number;
  /** What the proof of the password is bound to. */
  readonly nonce: Buffer;
  readonly capabilities: number;
  /** MariaDB's own; 0 from a MySQL server. */
  readonly mariadbCapabilities: number;
  readonly collation: number;
  readonly status: number;
  /** The authentication that the nonce is for; undefined from a server without a choice of them. */
  readonly plugin: string | undefined;
}

export function decodeHandshakeV10(body: ByteReader): HandshakeV10 {
  const protocol = body.uint8();
  if (protocol !== PROTOCOL_VERSION) throw body.fault(`a greeting of protocol ${protocol}`);
  const version = body.string();
  const connectionId = body.uint32LE();
  const first = body.view(FIRST_NONCE_BYTES);
  body.skip(1);
  const lower = body.uint16LE();
  const collation = body.uint8();
  const status = body.uint16LE();
  const capabilities = (lower | (body.uint16LE() << 16)) >>> 0;
  const nonceBytes = body.uint8();
  body.skip(RESERVED_BYTES);
  const extended = body.uint32LE();
  const second = body.view(Math.max(SECOND_NONCE_BYTES, nonceBytes - FIRST_NONCE_BYTES));
  return {
    version,
    connectionId,
    nonce: Buffer.concat([first, second.subarray(0, -1)]),
    capabilities,
    mariadbCapabilities: hasCapability(capabilities, capability.MYSQL) ? 0 : extended,
    collation,
    status,
    plugin: hasCapability(capabilities, capability.PLUGIN_AUTH) ? body.string() : undefined,
  };
}

/** The payload of a greeting with a nonce of 20 bytes. */
export function encodeHandshakeV10(greeting: HandshakeV10): Buffer {
  const { version, connectionId, nonce, capabilities, mariadbCapabilities, collation, status, plugin } = greeting;
  const writer = new ByteWriter()
    .uint8(PROTOCOL_VERSION)
    .string(version)
    .uint32LE(connectionId)
    .bytes(nonce.subarray(0, FIRST_NONCE_BYTES))
    .uint8(0)
    .uint16LE(capabilities & 0xffff)
    .uint8(collation)
    .uint16LE(status)
    .uint16LE(capabilities >>> 16)
    .uint8(plugin === undefined ? 0 : nonce.length + 1)
    .bytes(Buffer.alloc(RESERVED_BYTES))
    .uint32LE(hasCapability(capabilities, capability.MYSQL) ? 0 : mariadbCapabilities)
    .bytes(nonce.subarray(FIRST_NONCE_BYTES))
    .uint8(0);
  if (plugin !== undefined) writer.string(plugin);
  return writer.finish();
}
