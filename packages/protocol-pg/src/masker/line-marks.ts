const WORD_BYTES = 4;
/** The lowest and the highest bit of each byte of a word. */
const LOWEST = 0x01010101;
const HIGHEST = 0x80808080;

/** The bytes of a line that are not just themselves, of which each form has three. Each stands in all four bytes of a word. */
export interface LineMarks {
  readonly one: number;
  readonly two: number;
  readonly three: number;
}

export function lineMarks(one: number, two: number, three: number): LineMarks {
  return { one: one * LOWEST, two: two * LOWEST, three: three * LOWEST };
}

/**
 * Where the first mark is in `bytes[start..end)`, or `end`. Most bytes are none, and to pass over them is most of the work that a line makes, so
 * it looks at four at a time: XOR with a mark makes a zero of its byte, and to take one from each byte sets the highest bit of a zero, which
 * had it not set. Above a zero that may be wrong of another byte, so that only the lowest counts.
 */
export function nextMark(bytes: DataView, start: number, end: number, { one, two, three }: LineMarks): number {
  const lastWord = end - WORD_BYTES;
  let at = start;
  for (; at <= lastWord; at += WORD_BYTES) {
    const word = bytes.getInt32(at, true);
    const x = word ^ one;
    const y = word ^ two;
    const z = word ^ three;
    const found = (((x - LOWEST) & ~x) | ((y - LOWEST) & ~y) | ((z - LOWEST) & ~z)) & HIGHEST;
    if (found !== 0) return at + lowestByte(found);
  }
  for (; at < end; at++) {
    const word = bytes.getUint8(at) * LOWEST;
    if (word === one || word === two || word === three) break;
  }
  return at;
}

/** Which byte has the lowest bit. */
function lowestByte(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) >> 3;
}
