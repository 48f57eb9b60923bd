import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { capability, hasCapability } from "./capabilities.ts";
import { decodeConnectionAttributes, type ConnectionAttributes } from "./connection-attributes.ts";

/** COM_CHANGE_USER: the client logs in anew. Its proof is for a nonce that is long used up, so it is not kept. */
export interface ChangeUser {
  readonly user: string;
  readonly database: string | undefined;
  /** Undefined: as before. */
  readonly collation: number | undefined;
  readonly attributes: ConnectionAttributes;
}

/** Reads what follows the command's byte; `capabilities` are those of the connection's login. */
export function decodeChangeUser(body: ByteReader, capabilities: number): ChangeUser {
  const user = body.string();
  body.skip(body.uint8());
  const database = body.string() || undefined;
  if (body.remaining === 0) return { user, database, collation: undefined, attributes: [] };
  const collation = body.uint16LE();
  if (hasCapability(capabilities, capability.PLUGIN_AUTH) && body.remaining > 0) body.untilNul();
  const attributes =
    hasCapability(capabilities, capability.CONNECT_ATTRS) && body.remaining > 0 ? decodeConnectionAttributes(body) : [];
  body.expectEnd();
  return { user, database, collation, attributes };
}
