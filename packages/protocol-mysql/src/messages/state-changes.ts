import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { readLengthEncodedBytes, readLengthEncodedLength, writeLengthEncodedBytes } from "./length-encoded.ts";

const SYSTEM_VARIABLES = 0;
const SCHEMA = 1;

/** One thing that changed about a session. What is not followed here has only its number. */
export type StateChange =
  | { readonly kind: "variable"; readonly name: string; readonly value: string }
  | { readonly kind: "schema"; readonly name: string }
  | { readonly kind: "other"; readonly type: number };

/** What can be told to a client by ourselves. */
export type TellableChange = Exclude<StateChange, { kind: "other" }>;

/** Reads the state block of an OK packet of the server's. */
export function decodeStateChanges(block: Buffer): readonly StateChange[] {
  const reader = new ByteReader(block, 0, block.length, "server/malformed");
  const changes: StateChange[] = [];
  while (reader.remaining > 0) {
    const type = reader.uint8();
    const data = reader.part(readLengthEncodedLength(reader));
    switch (type) {
      case SYSTEM_VARIABLES:
        while (data.remaining > 0) changes.push({ kind: "variable", name: text(data), value: text(data) });
        break;
      case SCHEMA:
        changes.push({ kind: "schema", name: text(data) });
        break;
      default:
        changes.push({ kind: "other", type });
    }
  }
  return changes;
}

/** The block for an OK packet of our own. */
export function encodeStateChanges(changes: readonly TellableChange[]): Buffer {
  const block = new ByteWriter();
  for (const change of changes) {
    const texts = change.kind === "variable" ? [change.name, change.value] : [change.name];
    const data = new ByteWriter();
    for (const each of texts) writeLengthEncodedBytes(data, Buffer.from(each, "utf8"));
    block.uint8(change.kind === "variable" ? SYSTEM_VARIABLES : SCHEMA);
    writeLengthEncodedBytes(block, data.finish());
  }
  return block.finish();
}

/** Names of schemas come as the server keeps them, in UTF-8. */
function text(reader: ByteReader): string {
  return readLengthEncodedBytes(reader).toString("utf8");
}
