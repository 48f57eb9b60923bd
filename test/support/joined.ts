/** The pieces as one. A single one as it is: copying what is large takes longer than all else that tests do with it. */
export function joined(pieces: readonly Buffer[]): Buffer {
  const [only] = pieces;
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
}
