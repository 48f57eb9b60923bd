/** Stands for a word that no rule asks for. It can be no keyword's text. */
export const otherWord = "?";

const MAX_LENGTH = 31;

/**
 * Makes a look-up that gives the word in lower case if it is one of these, else `otherWord`. In a long text most words are
 * NULL, names of columns and the like: they are told apart by length, first and last letter, without making a string of each.
 */
export function knownWords(words: Iterable<string>): (bytes: Buffer, start: number, end: number) => string {
  const known = new Set(words);
  const possible = new Uint8Array((MAX_LENGTH + 1) * 1024);
  for (const word of known) possible[slot(word.length, word.charCodeAt(0), word.charCodeAt(word.length - 1))] = 1;
  return (bytes, start, end) => {
    const length = end - start;
    if (length > MAX_LENGTH || possible[slot(length, bytes[start] ?? 0, bytes[end - 1] ?? 0)] === 0) return otherWord;
    const word = bytes.toString("latin1", start, end).toLowerCase();
    return known.has(word) ? word : otherWord;
  };
}

/** Five bits of a letter are the same in either case. */
function slot(length: number, first: number, last: number): number {
  return (length << 10) | ((first & 31) << 5) | (last & 31);
}
