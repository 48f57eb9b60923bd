import { createCipheriv, createDecipheriv, hkdfSync, type Cipheriv, type Decipheriv } from "node:crypto";
import type { Secret } from "@sallyport/shared/secret";

const AES_KEY_BYTES = 16;
const BLOCK_BYTES = 16;
const CURSOR_BYTES = 8;
/** Enough for a permutation of 64 bits that nobody tells from a random one. */
const ROUNDS = 8;

/**
 * Makes the numbers that a server gives out for all of its clients a principal's own. The agent logs in as one account, so a cursor or a session of one principal could
 * be named by any other. Instead of keeping a table of who owns which, which the replicas of a gateway would have to share, the numbers are encrypted in place
 * under a key that only this principal's sessions have: what somebody else was given becomes a number that does not exist. Both are permutations, so no two
 * become one.
 */
export class Seal {
  readonly #encrypt: Cipheriv;
  readonly #decrypt: Decipheriv;
  readonly #round: Cipheriv;

  constructor(ownKey: Secret<Buffer>) {
    const derive = (purpose: string): Buffer =>
      Buffer.from(hkdfSync("sha256", ownKey.reveal(), Buffer.alloc(0), purpose, AES_KEY_BYTES));
    const sessionKey = derive("mongo session ids");
    this.#encrypt = createCipheriv("aes-128-ecb", sessionKey, null).setAutoPadding(false);
    this.#decrypt = createDecipheriv("aes-128-ecb", sessionKey, null).setAutoPadding(false);
    this.#round = createCipheriv("aes-128-ecb", derive("mongo cursor ids"), null).setAutoPadding(false);
  }

  /** The server's name for a session that the client calls by these 16 bytes. */
  sessionToServer(id: Buffer): Buffer {
    return this.#encrypt.update(id);
  }

  sessionToClient(id: Buffer): Buffer {
    return this.#decrypt.update(id);
  }

  /** The client's number for a cursor of the server's. 0, which means that there is none, stays, and is made of nothing else. */
  cursorToClient(id: bigint): bigint {
    return id === 0n ? id : this.#walk(id, (value) => this.#permute(value));
  }

  cursorToServer(id: bigint): bigint {
    return id === 0n ? id : this.#walk(id, (value) => this.#permuteBack(value));
  }

  /**
   * Goes on until it comes to a number of the same sign, and so makes a permutation of those above 0 and one of those below.
   * Servers give out numbers above 0, and there are clients that take no others for a cursor.
   */
  #walk(id: bigint, step: (value: bigint) => bigint): bigint {
    let value = step(id);
    while (value === 0n || value < 0n !== id < 0n) value = step(value);
    return value;
  }

  /** A Feistel network: each round mixes one half into the other, and can be taken back in the reverse order. */
  #permute(id: bigint): bigint {
    const bytes = bytesOf(id);
    let [left, right] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
    for (let round = 0; round < ROUNDS; round++) [left, right] = [right, (left ^ this.#mix(round, right)) >>> 0];
    return join(left, right);
  }

  #permuteBack(id: bigint): bigint {
    const bytes = bytesOf(id);
    let [left, right] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
    for (let round = ROUNDS - 1; round >= 0; round--) [left, right] = [(right ^ this.#mix(round, left)) >>> 0, left];
    return join(left, right);
  }

  #mix(round: number, half: number): number {
    const block = Buffer.alloc(BLOCK_BYTES);
    block.writeUInt32LE(round, 0);
    block.writeUInt32LE(half, 4);
    return this.#round.update(block).readUInt32LE(0);
  }
}

function bytesOf(id: bigint): Buffer {
  const bytes = Buffer.alloc(CURSOR_BYTES);
  bytes.writeBigInt64LE(id);
  return bytes;
}

function join(left: number, right: number): bigint {
  const bytes = Buffer.alloc(CURSOR_BYTES);
  bytes.writeUInt32LE(left, 0);
  bytes.writeUInt32LE(right, 4);
  return bytes.readBigInt64LE(0);
}
