import { createKeyedDigest } from "@sallyport/shared/masks/keyed-digest";
import type { WireFormat } from "../messages/row-description.ts";
import { integerText } from "./number-text.ts";
import type { ValueMasker } from "./value-masker.ts";
import type { WireType } from "./wire-types.ts";

const UUID_BYTES = 16;
/** Clients keep numbers up to 2^53. */
const MAX_DIGEST_BYTES = 6;
const HEX = String.raw`\x`;

/** `hash` for types that are no text: a value of the same type, the same for the same value. undefined: this type has none. */
export function keyedMasker(type: WireType, format: WireFormat, key: Buffer): ValueMasker | undefined {
  switch (type.kind) {
    case "integer":
    case "bigint":
      return keyedInteger(type.redacted?.binary.length ?? 0, format, key);
    case "uuid":
      return format === "text" ? keyedUuidText(key) : keyedUuid(key);
    case "bytea":
      return format === "text" ? keyedByteaText(key) : keyedBytea(key);
    default:
      return undefined;
  }
}

/** Not negative, and the same in both forms. */
function keyedInteger(size: number, format: WireFormat, key: Buffer): ValueMasker {
  const digestOf = createKeyedDigest(key, "integer");
  const digestBytes = Math.min(size, MAX_DIGEST_BYTES);
  const highest = digestBytes === size ? 0x7f : 0xff;
  if (format === "text") {
    return (bytes, start, end) => {
      const digest = digestOf(bytes, start, end);
      digest.writeUInt8(digest.readUInt8(0) & highest);
      return Buffer.from(String(digest.readUIntBE(0, digestBytes)));
    };
  }
  const masked = Buffer.alloc(size);
  return (bytes, start, end) => {
    const text = Buffer.from(integerText({ bytes, start, end }));
    const digest = digestOf(text, 0, text.length);
    digest.writeUInt8(digest.readUInt8(0) & highest);
    digest.copy(masked, size - digestBytes, 0, digestBytes);
    return masked;
  };
}

/** Of the version for what is made by rules of one's own: 8 (RFC 9562). null: it has no uuid's size. */
function keyedUuid(key: Buffer): ValueMasker {
  const digestOf = createKeyedDigest(key, "uuid");
  return (bytes, start, end) => {
    if (end - start !== UUID_BYTES) return null;
    const digest = digestOf(bytes, start, end);
    digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
    digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
    return digest;
  };
}

function keyedUuidText(key: Buffer): ValueMasker {
  const mask = keyedUuid(key);
  return (bytes, start, end) => {
    const value = Buffer.from(bytes.toString("latin1", start, end).replaceAll("-", ""), "hex");
    const digits = mask(value, 0, value.length)?.toString("hex");
    return digits === undefined ? null : Buffer.from(digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"));
  };
}

function keyedBytea(key: Buffer): ValueMasker {
  return createKeyedDigest(key, "bytea");
}

/** null: it is in the older form, with escapes. */
function keyedByteaText(key: Buffer): ValueMasker {
  const mask = keyedBytea(key);
  return (bytes, start, end) => {
    const text = bytes.toString("latin1", start, end);
    if (!text.startsWith(HEX)) return null;
    const value = Buffer.from(text.slice(HEX.length), "hex");
    return Buffer.from(HEX + (mask(value, 0, value.length)?.toString("hex") ?? ""));
  };
}
