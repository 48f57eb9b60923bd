/** The int32 at this place, which must be within the bytes. In rows it is read so often that the checks of `readInt32BE` would be felt. */
export function int32At(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

/** The uint16 at this place, which must be within the bytes. */
export function uint16At(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Writes an int32, and says where what comes behind it begins. */
export function putInt32(bytes: Buffer, at: number, value: number): number {
  bytes[at] = value >> 24;
  bytes[at + 1] = value >> 16;
  bytes[at + 2] = value >> 8;
  bytes[at + 3] = value;
  return at + 4;
}
