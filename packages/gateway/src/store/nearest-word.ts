/** The known word that a mistyped one most likely means, if any is near. */
export function nearestWord(mistyped: string, known: readonly string[]): string | undefined {
  if (mistyped.length > 64) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(mistyped.length / 3)) + 1;
  for (const word of known) {
    const distance = editDistance(mistyped.toLowerCase(), word.toLowerCase());
    if (distance < least) [best, least] = [word, distance];
  }
  return best;
}

/** How many characters must be put in, taken out, replaced or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const near = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(swapped ? Math.min(near, (beforeLast[j - 2] ?? 0) + 1) : near);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
