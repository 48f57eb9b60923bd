export const SIP_KEY_BYTES = 16;
export const SIP_HASH_BYTES = 16;

const WORD_BYTES = 8;
const BLOCK_ROUNDS = 2;
const LAST_ROUNDS = 4;

/** Writes the hash of `bytes[start..end)`. */
export type SipHash = (bytes: Buffer, start: number, end: number, into: Buffer) => void;

/**
 * SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012): a keyed hash made for short values. Its words have 64 bits; here each is two
 * numbers of 32, the lower half and the upper. The state lies in variables, since that of an array would take three times as long.
 */
export function createSipHash(key: Buffer): SipHash {
  if (key.length !== SIP_KEY_BYTES) throw new Error(`a key of ${key.length} bytes`);
  const key0l = key.readInt32LE(0);
  const key0h = key.readInt32LE(4);
  const key1l = key.readInt32LE(8);
  const key1h = key.readInt32LE(12);
  return (bytes, start, end, into) => {
    let v0l = key0l ^ 0x70736575;
    let v0h = key0h ^ 0x736f6d65;
    let v1l = key1l ^ 0x6e646f6d ^ 0xee;
    let v1h = key1h ^ 0x646f7261;
    let v2l = key0l ^ 0x6e657261;
    let v2h = key0h ^ 0x6c796765;
    let v3l = key1l ^ 0x79746573;
    let v3h = key1h ^ 0x74656462;
    // the words that are full, one with what is left and the length, and two for the halves of the hash
    const full = (end - start) >> 3;
    for (let word = 0; word <= full + 2; word++) {
      let low = 0;
      let high = 0;
      let rounds = BLOCK_ROUNDS;
      if (word < full) {
        const at = start + word * WORD_BYTES;
        low = int32LE(bytes, at);
        high = int32LE(bytes, at + 4);
      } else if (word === full) {
        const at = start + word * WORD_BYTES;
        for (let left = end - at - 1; left >= 0; left--) {
          const byte = bytes[at + left] ?? 0;
          if (left < 4) low |= byte << (8 * left);
          else high |= byte << (8 * left);
        }
        high |= (end - start) << 24;
      } else {
        rounds = LAST_ROUNDS;
        if (word === full + 1) v2l ^= 0xee;
        else v1l ^= 0xdd;
      }
      v3l ^= low;
      v3h ^= high;
      for (; rounds > 0; rounds--) {
        // v0 += v1, with what is carried over; v1 <<<= 13; v1 ^= v0; v0 <<<= 32
        let sum = (v0l + v1l) | 0;
        const v0sum = (v0h + v1h + carry(v0l, v1l, sum)) | 0;
        let turned = (v1l << 13) | (v1h >>> 19);
        v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0sum;
        v1l = turned ^ sum;
        v0l = v0sum;
        v0h = sum;
        // v2 += v3; v3 <<<= 16; v3 ^= v2
        sum = (v2l + v3l) | 0;
        v2h = (v2h + v3h + carry(v2l, v3l, sum)) | 0;
        v2l = sum;
        turned = (v3l << 16) | (v3h >>> 16);
        v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
        v3l = turned ^ v2l;
        // v0 += v3; v3 <<<= 21; v3 ^= v0
        sum = (v0l + v3l) | 0;
        v0h = (v0h + v3h + carry(v0l, v3l, sum)) | 0;
        v0l = sum;
        turned = (v3l << 21) | (v3h >>> 11);
        v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
        v3l = turned ^ v0l;
        // v2 += v1; v1 <<<= 17; v1 ^= v2; v2 <<<= 32
        sum = (v2l + v1l) | 0;
        const v2sum = (v2h + v1h + carry(v2l, v1l, sum)) | 0;
        turned = (v1l << 17) | (v1h >>> 15);
        v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2sum;
        v1l = turned ^ sum;
        v2l = v2sum;
        v2h = sum;
      }
      v0l ^= low;
      v0h ^= high;
      if (word <= full) continue;
      const at = word === full + 1 ? 0 : WORD_BYTES;
      putInt32LE(into, at, v0l ^ v1l ^ v2l ^ v3l);
      putInt32LE(into, at + 4, v0h ^ v1h ^ v2h ^ v3h);
    }
  };
}

/** What the sum of two lower halves adds to the upper ones. */
function carry(one: number, other: number, sum: number): number {
  return ((one & other) | ((one | other) & ~sum)) >>> 31;
}

function int32LE(bytes: Buffer, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

function putInt32LE(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
