import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";

/** The first byte of the message. */
export const AUTH_SWITCH_REQUEST = 0xfe;

/** What a message without a name asks for: the authentication of MySQL before 4.1. */
const OLD_PASSWORD = "mysql_old_password";

/** The server wants another authentication than the one that was begun. */
export interface AuthSwitchRequest {
  readonly plugin: string;
  /** The plugin's nonce, mostly with a NUL behind it. */
  readonly data: Buffer;
}

/** Reads what follows the first byte. */
export function decodeAuthSwitchRequest(body: ByteReader): AuthSwitchRequest {
  if (body.remaining === 0) return { plugin: OLD_PASSWORD, data: Buffer.alloc(0) };
  return { plugin: body.string(), data: Buffer.from(body.rest()) };
}

export function encodeAuthSwitchRequest({ plugin, data }: AuthSwitchRequest): Buffer {
  return new ByteWriter().uint8(AUTH_SWITCH_REQUEST).string(plugin).bytes(data).finish();
}
