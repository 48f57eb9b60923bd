/** Beyond this the whole text is shown as another, instead of comparing each line with each. */
const MOST_COMPARISONS = 4_000_000;
/** Lines around a change that are shown with it. */
const AROUND = 2;

type Line = readonly [sign: "+" | "-" | " ", text: string];

/**
 * What changes between two texts, as lines that begin with `+`, `-` or a space; lines far from any change are left out, with `…`
 * in their place.
 */
export function lineDifference(before: string, after: string): readonly string[] {
  const all = compare(linesOf(before), linesOf(after));
  const isNear = all.map((_, at) =>
    all.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(([sign]) => sign !== " "),
  );
  const shown: string[] = [];
  for (const [at, [sign, text]] of all.entries()) {
    if (isNear[at] === true) shown.push(`${sign} ${text}`);
    else if (isNear[at - 1] === true || at === 0) shown.push("…");
  }
  return shown.every((line) => line === "…") ? [] : shown;
}

function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** By the longest common subsequence. */
function compare(before: readonly string[], after: readonly string[]): readonly Line[] {
  if (before.length * after.length > MOST_COMPARISONS) {
    return [...before.map((text): Line => ["-", text]), ...after.map((text): Line => ["+", text])];
  }
  const width = after.length + 1;
  // at [i, j]: how many lines the rests from i and j have in common
  const common = new Uint32Array((before.length + 1) * width);
  const commonAt = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * width + j] =
        before[i] === after[j] ? commonAt(i + 1, j + 1) + 1 : Math.max(commonAt(i + 1, j), commonAt(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, added] = [before[i], after[j]];
    if (old !== undefined && old === added) {
      lines.push([" ", old]);
      [i, j] = [i + 1, j + 1];
    } else if (old !== undefined && (added === undefined || commonAt(i + 1, j) >= commonAt(i, j + 1))) {
      lines.push(["-", old]);
      i += 1;
    } else if (added !== undefined) {
      lines.push(["+", added]);
      j += 1;
    }
  }
  return lines;
}
