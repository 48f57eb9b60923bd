import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";

/** CopyOutResponse ('H'): `int8 format, int16 n { int16 format }*n`. How many columns the data has; what they look like, the statement says. */
export function decodeCopyColumns(body: ByteReader): number {
  body.uint8();
  const columns = body.uint16();
  body.view(columns * 2);
  body.expectEnd();
  return columns;
}
