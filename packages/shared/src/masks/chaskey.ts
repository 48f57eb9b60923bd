export const CHASKEY_KEY_BYTES = 16;
export const CHASKEY_BYTES = 16;

const BLOCK_BYTES = 16;
const WORD_BYTES = 4;
const ROUNDS = 12;
/** In the field where keys are doubled: what comes in below for a bit that goes out above. */
const CARRIED = 0x87;
/** Stands behind the message where it does not fill its last block. */
const END_MARK = 1;

/** Writes the code of `bytes[start..end)`. */
export type Chaskey = (bytes: Buffer, start: number, end: number, into: DataView) => void;

/** 128 bits, the lowest word first. */
interface Words {
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
}

const NONE: Words = { w0: 0, w1: 0, w2: 0, w3: 0 };

/**
 * Chaskey-12 (Mouha and others, 2014; ISO/IEC 29192-6): a message authentication code of 128 bits, made for short messages and for numbers of
 * 32 bits, which are what JavaScript calculates with. The state lies in variables, since that of an array would take three times as long.
 */
export function createChaskey(key: Buffer): Chaskey {
  if (key.length !== CHASKEY_KEY_BYTES) throw new Error(`a key of ${key.length} bytes`);
  const first: Words = {
    w0: key.readInt32LE(0),
    w1: key.readInt32LE(4),
    w2: key.readInt32LE(8),
    w3: key.readInt32LE(12),
  };
  const lastIfFull = doubled(first);
  const lastIfFilled = doubled(lastIfFull);
  return (bytes, start, end, into) => {
    let { w0: v0, w1: v1, w2: v2, w3: v3 } = first;
    let last = NONE;
    for (let at = start; last === NONE; at += BLOCK_BYTES) {
      if (end - at <= BLOCK_BYTES) last = end - at === BLOCK_BYTES ? lastIfFull : lastIfFilled;
      v0 ^= wordAt(bytes, at, end) ^ last.w0;
      v1 ^= wordAt(bytes, at + WORD_BYTES, end) ^ last.w1;
      v2 ^= wordAt(bytes, at + 2 * WORD_BYTES, end) ^ last.w2;
      v3 ^= wordAt(bytes, at + 3 * WORD_BYTES, end) ^ last.w3;
      for (let round = 0; round < ROUNDS; round++) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 13) | (v3 >>> 19)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 7) | (v1 >>> 25)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
    }
    into.setInt32(0, v0 ^ last.w0, true);
    into.setInt32(WORD_BYTES, v1 ^ last.w1, true);
    into.setInt32(2 * WORD_BYTES, v2 ^ last.w2, true);
    into.setInt32(3 * WORD_BYTES, v3 ^ last.w3, true);
  };
}

/** The key times two, in the field of 2^128 elements. */
function doubled({ w0, w1, w2, w3 }: Words): Words {
  return {
    w0: (w0 << 1) ^ (w3 < 0 ? CARRIED : 0),
    w1: (w1 << 1) | (w0 >>> 31),
    w2: (w2 << 1) | (w1 >>> 31),
    w3: (w3 << 1) | (w2 >>> 31),
  };
}

/** A word of the message, of what stands behind its end, or of both. */
function wordAt(bytes: Buffer, at: number, end: number): number {
  const left = end - at;
  if (left >= WORD_BYTES) {
    return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  }
  if (left < 0) return 0;
  let word = END_MARK;
  for (let byte = left - 1; byte >= 0; byte--) word = (word << 8) | (bytes[at + byte] ?? 0);
  return word;
}
