import { RecentTexts } from "./recent-texts.ts";

/** Bounds of a cache, in texts and in bytes that they and what was read in them take. */
export interface TextCacheLimits {
  readonly entries: number;
  readonly bytes: number;
  /** A longer text would push out too many short ones. */
  readonly bytesOfOne: number;
}

/**
 * What was read before, by the exact bytes of the text, and by `mode`: what else counts for how it is read. A text is kept when it comes the
 * second time: most of those that come once never come again, and what was read in them would be much to keep, and push out what is used.
 * Until then only the text is remembered.
 */
export class TextCache<Read> {
  readonly #limits: TextCacheLimits;
  readonly #recent = new RecentTexts<Read>();
  readonly #kept: Generations<Read>;
  readonly #met: Generations<true>;

  constructor(limits: TextCacheLimits) {
    this.#limits = limits;
    this.#kept = new Generations(limits);
    this.#met = new Generations({ entries: limits.entries, bytes: limits.bytes / 4 });
  }

  admits(bytes: number): boolean {
    return bytes <= this.#limits.bytesOfOne;
  }

  get(text: Buffer, mode = ""): Read | undefined {
    const recent = this.#recent.get(text, mode);
    if (recent !== undefined) return recent;
    const kept = this.#kept.get(keyOf(text, mode));
    if (kept !== undefined) this.#recent.set(text, mode, kept.value, kept.bytes);
    return kept?.value;
  }

  /** Keeps what was read in a text that was met before. It must not be kept. `bytes`: what it takes together with what was read in it. */
  meet(text: Buffer, read: Read, { mode = "", bytes = text.length }: KeptAs = {}): void {
    const key = keyOf(text, mode);
    if (this.#met.get(key) === undefined) this.#met.add(key, true, text.length);
    else this.#kept.add(key, read, bytes);
  }

  /** The same, whether or not it was met: what took long to read. */
  keep(text: Buffer, read: Read, { mode = "", bytes = text.length }: KeptAs = {}): void {
    this.#kept.add(keyOf(text, mode), read, bytes);
  }

  /** Of texts that are kept. */
  get size(): number {
    return this.#kept.size;
  }

  get bytes(): number {
    return this.#kept.bytes;
  }
}

interface KeptAs {
  readonly mode?: string;
  readonly bytes?: number;
}

function keyOf(text: Buffer, mode: string): string {
  return mode === "" ? text.toString("latin1") : `${mode}\0${text.toString("latin1")}`;
}

interface Entry<Value> {
  readonly value: Value;
  readonly bytes: number;
}

/**
 * Forgets the longest unused. When the young generation has half of what is allowed it becomes the old one, and the old one goes; what is
 * used again in time comes along. Moving an entry on every hit instead would cost 4 µs a statement, because a Map keeps deleted entries in
 * its chains.
 */
class Generations<Value> {
  readonly #limits: Pick<TextCacheLimits, "entries" | "bytes">;
  #young = new Map<string, Entry<Value>>();
  #youngBytes = 0;
  #old = new Map<string, Entry<Value>>();
  #oldBytes = 0;

  constructor(limits: Pick<TextCacheLimits, "entries" | "bytes">) {
    this.#limits = limits;
  }

  get(key: string): Entry<Value> | undefined {
    const found = this.#young.get(key);
    if (found !== undefined) return found;
    const older = this.#old.get(key);
    if (older === undefined) return undefined;
    this.#old.delete(key);
    this.#oldBytes -= older.bytes;
    this.#add(key, older);
    return older;
  }

  /** The key must not be there. */
  add(key: string, value: Value, bytes: number): void {
    this.#add(key, { value, bytes });
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get bytes(): number {
    return this.#youngBytes + this.#oldBytes;
  }

  #add(key: string, entry: Entry<Value>): void {
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
