/** NAMEDATALEN - 1. The server's tables of prepared statements and portals cut longer names without a word. */
const MAX_BYTES = 63;

/** Fits into MAX_BYTES also in the server encodings that take twice the bytes of UTF-8 for a character. */
const MAX_BYTES_NOT_ASCII = 31;

const MAX_UTF8_BYTES_OF_UNIT = 3;

/**
 * The name as the server keeps it, so that two names are one here exactly where they are one there. Undefined where that
 * depends on the server's own encoding.
 */
export function serverName(name: string): string | undefined {
  if (name.length * MAX_UTF8_BYTES_OF_UNIT <= MAX_BYTES_NOT_ASCII) return name;
  const bytes = Buffer.byteLength(name);
  if (bytes === name.length) return name.slice(0, MAX_BYTES);
  return bytes <= MAX_BYTES_NOT_ASCII ? name : undefined;
}
