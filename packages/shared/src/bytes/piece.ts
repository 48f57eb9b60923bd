/** Bytes that lie among others: `chunk[start..end)`. A view of them would cost more than most of what is done with them. */
export interface Piece {
  readonly chunk: Buffer;
  readonly start: number;
  readonly end: number;
}

/** All of these bytes. */
export function pieceOf(chunk: Buffer): Piece {
  return { chunk, start: 0, end: chunk.length };
}

/** A view of just its bytes. */
export function viewOf({ chunk, start, end }: Piece): Buffer {
  return chunk.subarray(start, end);
}
