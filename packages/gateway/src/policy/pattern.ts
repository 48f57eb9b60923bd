/** Whether a text is meant by a pattern, in which `*` stands for any text, also none, and everything else for itself. */
export type Matcher = (text: string) => boolean;

/** Reads a pattern once for many texts. No regular expression is made of it, so no pattern can be slow. */
export function compilePattern(pattern: string): Matcher {
  const [head = "", ...middle] = pattern.split("*");
  const tail = middle.pop();
  if (tail === undefined) return (text) => text === pattern;
  return (text) => {
    const end = text.length - tail.length;
    if (end < head.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
    let at = head.length;
    for (const part of middle) {
      // the leftmost place leaves most room for the parts behind it, so nothing is ever tried twice
      const found = text.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** The same for a list of patterns, of which one must match. */
export function matchesAny(patterns: readonly string[]): Matcher {
  const matchers = patterns.map(compilePattern);
  return (text) => matchers.some((matches) => matches(text));
}
