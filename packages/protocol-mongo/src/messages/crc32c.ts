/** Castagnoli's polynomial, reflected. */
const POLYNOMIAL = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0);
  return value >>> 0;
});

/** The checksum of OP_MSG over `bytes[start..end)`: CRC-32C, unsigned. */
export function crc32c(bytes: Buffer, start: number, end: number): number {
  let crc = 0xffff_ffff;
  for (let at = start; at < end; at++) {
    crc = (table[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}
