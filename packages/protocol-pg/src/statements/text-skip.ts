import { characterKinds, DIGIT, OPERATOR, WORD } from "./character-kinds.ts";

/** Past a `'…'` or `"…"` that begins here; a doubled delimiter stands for itself. */
export function skipDelimited(sql: Buffer, at: number, delimiter: number): number {
  let from = at + 1;
  for (;;) {
    const close = sql.indexOf(delimiter, from);
    if (close < 0) return sql.length;
    if (sql[close + 1] !== delimiter) return close + 1;
    from = close + 2;
  }
}

/** Past the `'…'` of an `E'…'`; `at` is its quote. */
export function skipEscapeString(sql: Buffer, at: number): number {
  for (let next = at + 1; next < sql.length; next++) {
    if (sql[next] === 0x5c) next++;
    else if (sql[next] === 0x27) return next + 1;
  }
  return sql.length;
}

export function skipLineComment(sql: Buffer, at: number): number {
  let next = at + 2;
  while (next < sql.length && sql[next] !== 0x0a && sql[next] !== 0x0d) next++;
  return next;
}

/** Past a `$tag$…$tag$` that begins here; past the dollar alone where none does, as in `$1`. */
export function skipDollarQuoted(sql: Buffer, at: number): number {
  let close = at + 1;
  if (characterKinds[sql[close] ?? 0] === DIGIT) return close;
  while (close < sql.length && isInTag(sql[close] ?? 0)) close++;
  if (sql[close] !== 0x24) return at + 1;
  const tag = sql.subarray(at, close + 1);
  const end = sql.indexOf(tag, close + 1);
  return end < 0 ? sql.length : end + tag.length;
}

function isInTag(byte: number): boolean {
  const kind = characterKinds[byte];
  return kind === WORD || kind === DIGIT;
}

/** `rescanned`: how many characters the server's scanner reads again for the comments in it; `runEnd`: where the last run of operator characters ended. */
export type SkippedComment =
  | { readonly kind: "comment"; readonly end: number; readonly rescanned: number; readonly runEnd: number }
  | { readonly kind: "too-deep" };

/** Past a comment that begins here, with the comments nested in it. `lastRunEnd` is the `runEnd` of the comment before. */
export function skipComment(sql: Buffer, at: number, maxDepth: number, lastRunEnd: number): SkippedComment {
  let runEnd = lastRunEnd;
  let depth = 0;
  let rescanned = 0;
  let next = at;
  while (next < sql.length) {
    if (sql[next] === 0x2f && sql[next + 1] === 0x2a) {
      if (++depth > maxDepth) return { kind: "too-deep" };
      next += 2;
      if (runEnd < next) runEnd = endOfRun(sql, next);
      rescanned += runEnd - next;
    } else if (sql[next] === 0x2a && sql[next + 1] === 0x2f) {
      next += 2;
      if (--depth === 0) break;
    } else {
      next++;
    }
  }
  return { kind: "comment", end: next, rescanned, runEnd };
}

function endOfRun(sql: Buffer, from: number): number {
  let at = from;
  while (at < sql.length && characterKinds[sql[at] ?? 0] === OPERATOR) at++;
  return at;
}
