import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { capability, hasCapability } from "./capabilities.ts";
import { encodeClientStart, type ClientStart } from "./client-start.ts";
import {
  decodeConnectionAttributes,
  writeConnectionAttributes,
  type ConnectionAttributes,
} from "./connection-attributes.ts";
import { readLengthEncodedBytes, writeLengthEncodedBytes } from "./length-encoded.ts";

/** HandshakeResponse41: who the client is, and its first proof. */
export interface HandshakeResponse extends ClientStart {
  readonly user: string;
  /** For the greeting's nonce where the plugin is the greeting's, else for none. */
  readonly proof: Buffer;
  readonly database: string | undefined;
  readonly plugin: string | undefined;
  readonly attributes: ConnectionAttributes;
}

/** Reads what follows the start, which says what there is to read. */
export function decodeHandshakeResponse(start: ClientStart, body: ByteReader): HandshakeResponse {
  const has = (flag: number): boolean => hasCapability(start.capabilities, flag);
  const user = body.string();
  const proof = Buffer.from(
    has(capability.PLUGIN_AUTH_LENENC_DATA) ? readLengthEncodedBytes(body) : body.view(body.uint8()),
  );
  // servers let these be missing at the end, whatever the flags say, and some clients leave them out
  const database = has(capability.CONNECT_WITH_DB) && body.remaining > 0 ? body.string() : "";
  const plugin = has(capability.PLUGIN_AUTH) && body.remaining > 0 ? body.string() : undefined;
  const attributes = has(capability.CONNECT_ATTRS) && body.remaining > 0 ? decodeConnectionAttributes(body) : [];
  // how hard to compress, which is not done here
  if (has(capability.ZSTD_COMPRESSION) && body.remaining > 0) body.skip(1);
  body.expectEnd();
  return { ...start, user, proof, database: database || undefined, plugin, attributes };
}

/** The payload, laid out as the flags in it say. */
export function encodeHandshakeResponse(response: HandshakeResponse): Buffer {
  const { capabilities, user, proof, database, plugin, attributes } = response;
  const has = (flag: number): boolean => hasCapability(capabilities, flag);
  const writer = encodeClientStart(new ByteWriter(), response).string(user);
  if (has(capability.PLUGIN_AUTH_LENENC_DATA)) writeLengthEncodedBytes(writer, proof);
  else writer.uint8(proof.length).bytes(proof);
  if (has(capability.CONNECT_WITH_DB)) writer.string(database ?? "");
  if (has(capability.PLUGIN_AUTH)) writer.string(plugin ?? "");
  if (has(capability.CONNECT_ATTRS)) writeConnectionAttributes(writer, attributes);
  return writer.finish();
}
