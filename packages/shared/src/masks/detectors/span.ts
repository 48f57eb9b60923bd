/** Where in a text something was found; `end` is the first position behind it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** All matches of a pattern that has the flag `g`. Only for patterns that fail in bounded time wherever they are tried. */
export function spansOf(text: string, pattern: RegExp): readonly Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(pattern)) spans.push({ start: match.index, end: match.index + match[0].length });
  return spans;
}
