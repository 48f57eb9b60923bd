/** For each byte, 0: it is not in the set. */
export type ByteSet = Uint8Array;

export function byteSetOf(...bytes: readonly number[]): ByteSet {
  const set = new Uint8Array(256);
  for (const byte of bytes) set[byte] = 1;
  return set;
}
