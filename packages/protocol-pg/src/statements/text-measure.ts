import { characterKinds, DIGIT, OPERATOR, WORD } from "./character-kinds.ts";
import { skipComment, skipDelimited, skipDollarQuoted, skipEscapeString, skipLineComment } from "./text-skip.ts";

/** What a text may hold at most before it is refused unparsed. */
export interface TextLimits {
  readonly commentDepth: number;
  readonly bracketDepth: number;
  readonly operatorRun: number;
  readonly tokens: number;
}

/** `depth`: no tree of this text is deeper. An upper bound, found without parsing; so is `statements`. */
export type TextMeasure =
  | { readonly kind: "within"; readonly depth: number; readonly tokens: number; readonly statements: number }
  | { readonly kind: "exceeded"; readonly because: string };

/** 1 for what may stand in a word behind its first character. */
const wordBytes = characterKinds.map((kind, byte) => (kind === WORD || kind === DIGIT || byte === 0x24 ? 1 : 0));

/** Tokens since the last comma, and the most there were between two commas, at one level of brackets. */
interface Level {
  run: number;
  longest: number;
}

/**
 * Splits a text into tokens as PostgreSQL's scanner does, to bound what parsing it may cost. Every level of a tree takes
 * a token of its own, and a comma parts siblings, so the tokens between commas, brackets included, bound the depth.
 * Arms of a set operation nest across commas and are counted for the whole text. Where this scanner and the server's
 * disagree on a wrong text, only the estimate is wrong, never a verdict about what the text does.
 */
export function measureText(sql: Buffer, limits: TextLimits): TextMeasure {
  const end = sql.length;
  // what is not the function's own is looked up anew in each turn of a loop
  const [kinds, inWord] = [characterKinds, wordBytes];
  let level: Level = { run: 0, longest: 0 };
  const open: Level[] = [];
  let tokens = 0;
  let statements = 1;
  let setOperations = 0;
  // comments that start inside one run of operator characters are scanned to the run's end, each of them
  let rescanned = 0;
  let runEnd = 0;
  let at = 0;

  while (at < end) {
    const byte = sql[at] ?? 0;
    const kind = kinds[byte];
    const start = at;
    if (byte === 32 || (byte >= 9 && byte <= 13)) {
      at++;
      continue;
    }
    if (kind === WORD) {
      at++;
      while (at < end && inWord[sql[at] ?? 0] === 1) at++;
      if (sql[at] === 0x27 && at - start === 1 && (byte | 32) === 0x65) at = skipEscapeString(sql, at);
      else if (isSetOperation(sql, start, at)) setOperations++;
    } else if (kind === DIGIT) {
      at++;
      while (at < end && kinds[sql[at] ?? 0] === DIGIT) at++;
    } else if (byte === 0x27 || byte === 0x22) {
      at = skipDelimited(sql, at, byte);
    } else if (byte === 0x24) {
      at = skipDollarQuoted(sql, at);
    } else if (byte === 0x2d && sql[at + 1] === 0x2d) {
      at = skipLineComment(sql, at);
      continue;
    } else if (byte === 0x2f && sql[at + 1] === 0x2a) {
      const comment = skipComment(sql, at, limits.commentDepth, runEnd);
      if (comment.kind === "too-deep") return exceeded(`Comments are nested more than ${limits.commentDepth} deep.`);
      rescanned += comment.rescanned;
      if (rescanned > 16 * end + 4096) return exceeded("Comments stand too close together.");
      runEnd = comment.runEnd;
      at = comment.end;
      continue;
    } else if (kind === OPERATOR) {
      at = endOfOperator(sql, at);
      if (at - start > limits.operatorRun)
        return exceeded(`More than ${limits.operatorRun} operator characters stand in a row.`);
      // an operator's trailing signs are tokens of their own: -+-1 is three
      tokens += at - start - 1;
      level.run += at - start - 1;
    } else {
      at++;
    }
    if (++tokens > limits.tokens) return exceeded(`The text has more than ${limits.tokens} words and signs.`);
    level.run++;
    if (byte === 0x28 || byte === 0x5b) {
      if (open.push(level) > limits.bracketDepth)
        return exceeded(`Brackets are nested more than ${limits.bracketDepth} deep.`);
      level = { run: 0, longest: 0 };
    } else if (byte === 0x29 || byte === 0x5d) {
      const inner = level;
      level = open.pop() ?? { run: 0, longest: 0 };
      level.run += Math.max(inner.longest, inner.run);
    } else if (byte === 0x2c || byte === 0x3b) {
      if (level.run > level.longest) level.longest = level.run;
      level.run = 0;
      if (byte === 0x3b) statements++;
    }
  }
  let depth = setOperations;
  for (const one of [...open, level]) depth += Math.max(one.longest, one.run);
  return { kind: "within", depth, tokens, statements };
}

function exceeded(because: string): TextMeasure {
  return { kind: "exceeded", because };
}

/** Up to where a comment would begin, as in the server's scanner. */
function endOfOperator(sql: Buffer, from: number): number {
  let at = from + 1;
  while (at < sql.length && characterKinds[sql[at] ?? 0] === OPERATOR) {
    if ((sql[at] === 0x2d && sql[at + 1] === 0x2d) || (sql[at] === 0x2f && sql[at + 1] === 0x2a)) break;
    at++;
  }
  return at;
}

/** UNION, INTERSECT, EXCEPT. */
function isSetOperation(sql: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (length !== 5 && length !== 6 && length !== 9) return false;
  const first = (sql[start] ?? 0) | 32;
  if (first !== 0x75 && first !== 0x65 && first !== 0x69) return false;
  const word = sql.toString("latin1", start, end).toLowerCase();
  return word === "union" || word === "except" || word === "intersect";
}
