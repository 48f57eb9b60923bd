/** The same bytes cut into chunks of every size, from one byte each to all in one: framing faults show under one of them. */
export function* everySplit(bytes: Buffer): Generator<readonly Buffer[]> {
  for (let size = 1; size <= Math.max(bytes.length, 1); size++) {
    yield chunksOf(bytes, size);
  }
}

/** The bytes in chunks of this size, each in memory of its own as if it had come from a socket. */
export function chunksOf(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    Buffer.from(bytes.subarray(index * size, (index + 1) * size)),
  );
}
