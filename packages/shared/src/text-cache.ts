/** Bounds of a cache, in texts and in bytes that they and what was read in them take. */
export interface TextCacheLimits {
  readonly entries: number;
  readonly bytes: number;
  /** A longer text would push out too many short ones. */
  readonly bytesOfOne: number;
}

interface Entry<Read> {
  readonly read: Read;
  readonly bytes: number;
}

/**
 * What was read before, by the exact bytes of the text (as latin1). Two generations: when the young one has half of what is
 * allowed it becomes the old one, and the old one goes; what is used again in time comes along. Moving an entry on every hit
 * instead would cost 4 µs a statement, because a Map keeps deleted entries in its chains.
 */
export class TextCache<Read> {
  readonly #limits: TextCacheLimits;
  #young = new Map<string, Entry<Read>>();
  #youngBytes = 0;
  #old = new Map<string, Entry<Read>>();
  #oldBytes = 0;

  constructor(limits: TextCacheLimits) {
    this.#limits = limits;
  }

  admits(bytes: number): boolean {
    return bytes <= this.#limits.bytesOfOne;
  }

  get(key: string): Read | undefined {
    const found = this.#young.get(key);
    if (found !== undefined) return found.read;
    const older = this.#old.get(key);
    if (older === undefined) return undefined;
    this.#old.delete(key);
    this.#oldBytes -= older.bytes;
    this.#add(key, older);
    return older.read;
  }

  /** The key must not be in the cache. `bytes`: what it takes together with what was read in it. */
  set(key: string, read: Read, bytes = key.length): void {
    this.#add(key, { read, bytes });
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get bytes(): number {
    return this.#youngBytes + this.#oldBytes;
  }

  #add(key: string, entry: Entry<Read>): void {
    const full =
      this.#young.size * 2 >= this.#limits.entries || (this.#youngBytes + entry.bytes) * 2 > this.#limits.bytes;
    if (full) {
      this.#old = this.#young;
      this.#oldBytes = this.#youngBytes;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(key, entry);
    this.#youngBytes += entry.bytes;
  }
}
