import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import type { Masked, ValueMasker } from "./value-masker.ts";

const NULL_LENGTH = -1;
const MAX_DIMENSIONS = 6;
const HAS_NULLS_AT = 4;

/**
 * Masks the elements of an array in its binary form. null: it cannot be read.
 *
 *     int32 d int32 hasNulls int32 type { int32 size int32 from }*d { int32 length, bytes }*n
 */
export function maskArrayBinary(
  { bytes, start, end, element }: { bytes: Buffer; start: number; end: number; element: number },
  mask: ValueMasker,
): Masked<Buffer> {
  const reader = new ByteReader(bytes, start, end, "server/malformed");
  const dimensions = reader.int32();
  reader.int32();
  if (dimensions < 0 || dimensions > MAX_DIMENSIONS || reader.int32() >>> 0 !== element) return null;
  let count = dimensions === 0 ? 0 : 1;
  for (let dimension = 0; dimension < dimensions; dimension++) {
    count *= reader.int32();
    reader.int32();
  }
  const writer = new ByteWriter().bytes(bytes.subarray(start, reader.at));
  let changed = false;
  for (let index = 0; index < count; index++) {
    const length = reader.int32();
    const from = reader.at;
    if (length !== NULL_LENGTH) reader.skip(length);
    const shown = length === NULL_LENGTH ? undefined : mask(bytes, from, reader.at);
    if (shown === undefined) {
      writer.int32(length).bytes(bytes.subarray(from, reader.at));
      continue;
    }
    changed = true;
    if (shown === null) writer.int32(NULL_LENGTH).patchInt32(HAS_NULLS_AT, 1);
    else writer.int32(shown.length).bytes(shown);
  }
  if (reader.remaining !== 0) return null;
  return changed ? writer.finish() : undefined;
}
