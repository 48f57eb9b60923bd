import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";

/** Tag, length and what `body` writes. Messages before login have no tag. */
export function encodeMessage(tag: string | undefined, body: (writer: ByteWriter) => void): Buffer {
  const writer = new ByteWriter();
  if (tag !== undefined) writer.uint8(tag.charCodeAt(0));
  const lengthAt = writer.length;
  writer.int32(0);
  body(writer);
  return writer.patchInt32(lengthAt, writer.length - lengthAt).finish();
}
