import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { Parameter } from "@sallyport/shared/statement";
import { readBoundValues, readValueCount } from "./bound-values.ts";
import { readLengthEncodedLength } from "./length-encoded.ts";

/** COM_QUERY: a text, with what the client says about it where it may. */
export interface ComQuery {
  readonly attributes: readonly Parameter[];
  /** A view, in the client's character set. */
  readonly text: Buffer;
}

const none: readonly Parameter[] = [];

const COM_QUERY = 0x03;
/** How many attributes there are, and how many sets of them. */
const NO_ATTRIBUTES = Buffer.of(0, 1);

/** The whole command, for a text of the gateway's or the agent's own. */
export function encodeComQuery(text: string, hasAttributes: boolean): Buffer {
  const query = new ByteWriter().uint8(COM_QUERY);
  if (hasAttributes) query.bytes(NO_ATTRIBUTES);
  return query.bytes(Buffer.from(text)).finish();
}

/** Reads what follows the command's byte. */
export function decodeComQuery(body: ByteReader, hasAttributes: boolean): ComQuery {
  if (!hasAttributes) return { attributes: none, text: body.rest() };
  const count = readValueCount(body);
  const sets = readLengthEncodedLength(body);
  if (sets !== 1) throw body.fault(`${sets} sets of attributes`);
  if (count === 0) return { attributes: none, text: body.rest() };
  const bound = readBoundValues(body, { count, named: true, lastTypes: undefined });
  if (bound === undefined) throw body.fault("attributes without their types");
  return { attributes: bound.values, text: body.rest() };
}
