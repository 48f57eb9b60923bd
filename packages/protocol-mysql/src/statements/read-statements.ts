import type { StatementObject } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { code, isBlank } from "./byte-kinds.ts";
import { decodeText, isValidText } from "./character-sets.ts";
import type { Dialect } from "./dialect.ts";
import { Findings } from "./findings.ts";
import { foldName } from "./hidden-power.ts";
import { judgeHint } from "./hints.ts";
import { Lexer } from "./lexer.ts";
import type { MysqlStatement } from "./mysql-statement.ts";
import { Phrase } from "./phrase.ts";
import { judgeStatement } from "./statement-rules.ts";
import { StatementScan } from "./statement-scan.ts";
import { mayHoldSemicolons } from "./stored-program.ts";
import type { StatementView } from "./statement-rule.ts";
import type { TextModes } from "./text-modes.ts";
import type { Token } from "./token.ts";
import { unreadable } from "./unreadable.ts";
import { unquoteBytes } from "./unquote.ts";

/** How a text is to be read. */
export interface Reading {
  readonly dialect: Dialect;
  readonly modes: TextModes;
  /** Whether a semicolon ends a statement; else nothing may come behind one. */
  readonly multi: boolean;
  /** Whether it is a text within a statement, which may hold no further one. */
  readonly inner: boolean;
}

/** Rules need no more than this to see what a statement is; what they need wholly they refuse when it is longer. */
const KEPT_TOKENS = 16_384;
const MAX_STATEMENTS = 10_000;

const changingVerbs: ReadonlySet<Verb> = new Set(["insert", "update", "delete", "truncate", "create", "alter", "drop"]);
const serverDatabases: ReadonlySet<string> = new Set(["mysql", "sys", "performance_schema"]);

/** One statement of a text as it was cut. */
interface Piece {
  readonly phrase: Phrase;
  readonly scan: StatementScan;
  readonly start: number;
  readonly end: number;
  readonly hints: readonly string[];
  /** Whether it holds semicolons that were taken for parts of a body. */
  readonly swallowed: boolean;
}

/** Cuts and judges a text, in one pass and in time and memory that grow no faster than it does. Never empty. */
export function readStatements(bytes: Buffer, reading: Reading): readonly MysqlStatement[] {
  const { modes } = reading;
  if (!isValidText(bytes, modes.characterSet)) {
    return [unreadable(bytes.toString("latin1"), `The text is not valid in the character set ${modes.characterSet}.`)];
  }
  const pieces = cut(bytes, reading);
  if (typeof pieces === "string") return [unreadable(decodeText(bytes, modes.characterSet), pieces)];
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) {
    return [judge(only, bytes, reading, decodeText(bytes, modes.characterSet))];
  }
  return pieces.map((piece) => {
    const text = decodeText(trimmed(bytes, piece.start, piece.end), modes.characterSet);
    const statement = judge(piece, bytes, reading, text);
    switch (statement.effect.kind) {
      case "modes":
        return unreadable(text, "A statement that changes how texts are read must be sent alone.");
      case "kill-query":
        return unreadable(text, "KILL QUERY must be sent alone.");
      default:
        return statement;
    }
  });
}

/** The pieces of a text, or why it cannot be cut. */
function cut(bytes: Buffer, reading: Reading): readonly Piece[] | string {
  const lexer = new Lexer(bytes, reading.modes, reading.dialect);
  const pieces: Piece[] = [];
  // the server takes blanks and semicolons at the end off before it reads
  const end = contentEnd(bytes);
  for (;;) {
    const piece = nextPiece(lexer, pieces.length === 0 ? 0 : lexer.end);
    if (typeof piece === "string") return piece;
    const isNothing = piece.phrase.length === 0 && pieces.length > 0;
    if (!(isNothing && (piece.start >= end || !reading.multi))) pieces.push(piece);
    if (pieces.length > MAX_STATEMENTS) return `It holds more than ${MAX_STATEMENTS} statements.`;
    if (pieces.length > 1 && !reading.multi) return "The client did not ask for several statements in one text.";
    if (lexer.kind === "end" || lexer.end >= end) return pieces;
  }
}

function nextPiece(lexer: Lexer, start: number): Piece | string {
  const scan = new StatementScan();
  const tokens: Token[] = [];
  let complete = true;
  let swallows = false;
  let swallowed = false;
  for (;;) {
    const kind = lexer.next();
    if (kind === "fault") return lexer.because;
    if (lexer.atSemicolon && !swallows) {
      swallows = mayHoldSemicolons(tokens.map((token) => (token.kind === "word" ? token.value : "")));
      if (!swallows && lexer.inComment) return "A statement ends within a comment that executes.";
      swallowed = swallows;
    }
    if (kind === "end" || (lexer.atSemicolon && !swallows)) {
      const hints = lexer.hints.splice(0).map((hint) => lexer.bytes.toString("latin1", hint.start, hint.end));
      return { phrase: new Phrase(tokens, complete), scan, start, end: lexer.start, hints, swallowed };
    }
    scan.take(lexer);
    if (scan.refusal !== undefined) return scan.refusal;
    if (tokens.length < KEPT_TOKENS) tokens.push({ kind, value: lexer.value(), start: lexer.start, end: lexer.end });
    else complete = false;
  }
}

function judge(
  { phrase, scan, hints, swallowed }: Piece,
  bytes: Buffer,
  reading: Reading,
  text: string,
): MysqlStatement {
  const found = new Findings();
  const view: StatementView = {
    phrase,
    scan,
    dialect: reading.dialect,
    modes: reading.modes,
    literal: (token) => unquoteBytes(bytes, token.start, token.end, reading.modes),
    judge: (at, findings) => judgeStatement(view, at, findings),
    readInner: (inner) => (reading.inner ? undefined : readInner(inner, reading)),
  };
  // the server answers a text of nothing but comments by itself
  if (phrase.length === 0) found.add("session");
  else judgeStatement(view, 0, found);
  const first = phrase.word(0);
  if (first !== "grant" && first !== "revoke") {
    if (scan.readsRows) found.add("read");
    found.add(...scan.powers);
  }
  for (const hint of hints) judgeHint(hint, found);
  const { objects } = scan;
  addPowerOverCatalog(objects, found);
  if (reading.inner && found.effect.kind === "modes")
    found.refuse("A text that is prepared may not change how texts are read.");
  return statementOf(text, found, objects, swallowed);
}

/** Whoever writes to the server's own tables changes accounts, privileges and routines. */
function addPowerOverCatalog(objects: readonly StatementObject[], found: Findings): void {
  if (!found.verbs.some((verb) => changingVerbs.has(verb))) return;
  const isServers = objects.some(({ database = "" }) => serverDatabases.has(foldName(database)));
  if (isServers) found.add("admin");
}

function statementOf(
  text: string,
  found: Findings,
  objects: readonly StatementObject[],
  runsToEnd: boolean,
): MysqlStatement {
  const { verbs, unknownBecause, effect } = found;
  const isPlainQuery = found.isPlainQuery && unknownBecause === undefined;
  const statement: MysqlStatement = { text, verbs, objects, effect, isPlainQuery, runsToEnd };
  return unknownBecause === undefined ? statement : { ...statement, unknownBecause };
}

function readInner(text: Buffer, reading: Reading): MysqlStatement | undefined {
  const [statement] = readStatements(text, { ...reading, multi: false, inner: true });
  return statement;
}

function contentEnd(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && (isBlank(bytes[end - 1]) || bytes[end - 1] === code.semicolon)) end--;
  return end;
}

function trimmed(bytes: Buffer, from: number, to: number): Buffer {
  let start = from;
  let end = to;
  while (start < end && isBlank(bytes[start])) start++;
  while (end > start && isBlank(bytes[end - 1])) end--;
  return bytes.subarray(start, end);
}
