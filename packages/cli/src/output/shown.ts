// controls, bidirectional and other format characters, lone surrogates, line separators: what could forge or hide text on a terminal
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`;
}

/** Text that came from elsewhere, fit for one line of a terminal. */
export function shown(text: string): string {
  return text.replaceAll(unprintable, escaped);
}

/** The same for text of several lines, which stay lines. */
export function shownLines(text: string): string {
  return text.split("\n").map(shown).join("\n");
}
