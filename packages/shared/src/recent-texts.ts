const SLOTS = 256;
/** What takes more, with what was read in it, is not held here: all of them together take some megabytes at most. */
const MAX_BYTES = 32 * 1024;
/** So many bytes of a text, evenly spread, tell its place. */
const LOOKED_AT = 8;

interface Recent<Read> {
  readonly text: Buffer;
  readonly mode: string;
  readonly read: Read;
}

/**
 * The texts that came last, with what was read in them. Each has one place, which it shares with others, and is compared byte for byte: for a
 * text of a page that takes a twentieth of making a key of it, as a `Map` needs one.
 */
export class RecentTexts<Read> {
  readonly #places: (Recent<Read> | undefined)[] = Array.from<undefined>({ length: SLOTS });

  /** `mode`: what else counts for how the text is read. */
  get(text: Buffer, mode: string): Read | undefined {
    const recent = this.#places[placeOf(text)];
    return recent !== undefined && recent.mode === mode && recent.text.equals(text) ? recent.read : undefined;
  }

  /** Takes a copy of the text. `bytes`: what it takes together with what was read in it. */
  set(text: Buffer, mode: string, read: Read, bytes: number): void {
    if (bytes <= MAX_BYTES) this.#places[placeOf(text)] = { text: Buffer.from(text), mode, read };
  }
}

function placeOf(text: Buffer): number {
  const { length } = text;
  const step = Math.max(1, Math.floor(length / LOOKED_AT));
  let mixed = length;
  for (let at = length - 1; at >= 0; at -= step) mixed = Math.imul(mixed, 31) + (text[at] ?? 0);
  return (mixed ^ (mixed >>> 8)) & (SLOTS - 1);
}
