/** Where in a text something was found; `end` is the first position behind it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** All matches of a pattern that has the flag `g` and never matches nothing. Only for patterns that fail in bounded time wherever they are tried. */
export function spansOf(text: string, pattern: RegExp): readonly Span[] {
  const spans: Span[] = [];
  // most texts have none, and an iterator costs more than to see that
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    spans.push({ start: match.index, end: match.index + match[0].length });
  }
  return spans;
}
