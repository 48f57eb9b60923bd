import { byteKinds, blankByte, code, isBlank, isDigit, isNameByte } from "./byte-kinds.ts";
import { isUnicode } from "./character-sets.ts";
import { readComment } from "./comments.ts";
import type { Dialect } from "./dialect.ts";
import { numberEnd } from "./number-end.ts";
import type { TextModes } from "./text-modes.ts";
import type { TokenKind } from "./token.ts";
import { unquote } from "./unquote.ts";

/** No keyword, function or variable is longer; what is longer is only a name. */
const MAX_WORD = 64;

const plainName = /^[\w$]*$/;

const MAX_SHORT = 1024 * 1024;

/** They are kept until the statement is judged. */
const MAX_HINTS = 1000;

const symbols = Array.from({ length: 128 }, (_none, at) => String.fromCharCode(at));

/**
 * Cuts a text into tokens as the server's own lexer does (`lex_one_token` in `sql/sql_lex.cc` of both), one at a time and
 * without keeping any: `kind`, `start` and `end` are those of the last token. After `fault` nothing more may be read.
 */
export class Lexer {
  readonly bytes: Buffer;
  readonly #modes: TextModes;
  readonly #dialect: Dialect;
  readonly #unicode: boolean;
  /** A short text byte by byte as characters: cutting a string costs a tenth of decoding a part of a buffer. */
  readonly #characters: string | undefined;
  #live = false;
  /** What the last token says of the next: a name may follow that cannot be a keyword, or a point that cannot begin a number. */
  #next: "anything" | "name" | "point" | "system-name" = "anything";
  /** Hints met so far, as offsets. */
  readonly hints: { readonly start: number; readonly end: number }[] = [];
  kind: TokenKind = "end";
  start = 0;
  end = 0;
  because = "";

  constructor(bytes: Buffer, modes: TextModes, dialect: Dialect) {
    this.bytes = bytes;
    this.#modes = modes;
    this.#dialect = dialect;
    this.#unicode = isUnicode(modes.characterSet);
    this.#characters = bytes.length > MAX_SHORT ? undefined : bytes.toString("latin1");
  }

  /** Whether the last token stands within a comment that executes. */
  get inComment(): boolean {
    return this.#live;
  }

  /** Whether the last token is a semicolon. */
  get atSemicolon(): boolean {
    return this.kind === "symbol" && this.bytes[this.start] === code.semicolon;
  }

  get atPoint(): boolean {
    return this.kind === "symbol" && this.bytes[this.start] === code.dot;
  }

  /** What a word or name stands for, as written but without quotes. */
  nameAt(start: number, end: number): string {
    const name = this.#slice(start, end);
    return plainName.test(name) ? name : unquote(this.bytes, start, end, this.#modes);
  }

  #slice(start: number, end: number): string {
    return this.#characters?.slice(start, end) ?? this.bytes.toString("latin1", start, end);
  }

  /** Reads the next token. */
  next(): TokenKind {
    if (this.#next === "name" || this.#next === "system-name") return this.#readBoundName();
    if (!this.#skipBlanks()) return this.kind;
    const bytes = this.bytes;
    const at = this.end;
    this.start = at;
    const byte = bytes[at];
    if (byte === undefined)
      return this.#live ? this.#fault("A comment that executes is not closed.") : this.#take("end", at);
    const point = this.#next === "point";
    this.#next = "anything";
    switch (byte) {
      case code.quote:
        return this.#readQuoted("text", at);
      case code.doubleQuote:
        return this.#readQuoted(this.#modes.ansiQuotes ? "name" : "text", at);
      case code.backtick:
        return this.#readQuoted("name", at);
      case code.at:
        return this.#readAt(at);
      case code.dot:
        return this.#readPoint(at, point);
      case code.colon:
        return this.#take("symbol", bytes[at + 1] === code.equals ? at + 2 : at + 1);
      case code.nul:
        return this.#fault("A byte of zero stands outside quotes.");
      default:
        if (isDigit(byte)) return this.#readNumber(at);
        return isNameByte(byte) ? this.#readWord(at) : this.#take("symbol", at + 1);
    }
  }

  /** The last token's text: a word in lower case, a name or variable without quotes, a symbol as it stands; "" for texts and long words. */
  value(): string {
    const { start, end, bytes } = this;
    switch (this.kind) {
      case "word":
        return end - start > MAX_WORD ? "" : asciiLower(this.nameAt(start, end));
      case "name":
        return this.nameAt(start, end);
      case "variable":
        return this.nameAt(start + 1, end);
      case "number":
        return end - start > MAX_WORD ? "" : this.#slice(start, end);
      case "symbol":
        return end - start > 1 ? ":=" : (symbols[bytes[start] ?? 0] ?? "");
      case "text":
      case "system":
      case "end":
      case "fault":
        return "";
    }
  }

  #take(kind: TokenKind, end: number): TokenKind {
    this.kind = kind;
    this.end = end;
    return kind;
  }

  #fault(because: string): TokenKind {
    this.because = because;
    return this.#take("fault", this.end);
  }

  /** Skips what means nothing: blanks, comments, the marks of comments that execute. False when there is a fault. */
  #skipBlanks(): boolean {
    const bytes = this.bytes;
    for (;;) {
      let at = this.end;
      let byte = bytes[at];
      while (byte !== undefined && byteKinds[byte] === blankByte) byte = bytes[++at];
      const following = bytes[at + 1];
      if (at > this.end && this.#next === "point") this.#next = "anything";
      this.end = at;
      if (byte === code.hash || (byte === code.minus && following === code.minus && endsDashes(bytes[at + 2]))) {
        if (!this.#skipLine(at)) return false;
      } else if (byte === code.slash && following === code.star) {
        if (!this.#skipComment(at)) return false;
      } else if (byte === code.star && following === code.slash && this.#live) {
        this.#live = false;
        this.end = at + 2;
      } else {
        return true;
      }
      this.#next = "anything";
    }
  }

  #skipLine(at: number): boolean {
    const newline = this.bytes.indexOf(code.newline, at);
    const end = newline < 0 ? this.bytes.length : newline + 1;
    return this.#skipTo(at, end);
  }

  #skipComment(at: number): boolean {
    const comment = readComment(this.bytes, at, this.#dialect);
    switch (comment.kind) {
      case "fault":
        this.#fault(comment.because);
        return false;
      case "live":
        if (this.#live) {
          this.#fault("A comment that executes holds another one.");
          return false;
        }
        this.#live = true;
        this.end = comment.from;
        return true;
      case "hint":
        if (this.hints.length >= MAX_HINTS) {
          this.#fault(`It holds more than ${MAX_HINTS} hints.`);
          return false;
        }
        this.hints.push({ start: at + 3, end: comment.from - 2 });
        return this.#skipTo(at, comment.from);
      case "skipped":
        return this.#skipTo(at, comment.from);
    }
  }

  /** The server ends some comments at a zero byte and some not. */
  #skipTo(start: number, end: number): boolean {
    if (this.bytes.subarray(start, end).includes(code.nul)) {
      this.#fault("A comment holds a byte of zero.");
      return false;
    }
    this.end = end;
    return true;
  }

  #readQuoted(kind: "text" | "name", at: number): TokenKind {
    const end = this.#quotedEnd(at, kind === "text" && !this.#modes.noBackslashEscapes);
    if (end < 0) return this.#fault("A quote is not closed.");
    if (kind === "name" && this.bytes.subarray(at, end).includes(code.nul)) {
      return this.#fault("A name holds a byte of zero.");
    }
    return this.#take(kind, end);
  }

  /** Behind the closing quote, or -1. */
  #quotedEnd(start: number, escapes: boolean): number {
    const bytes = this.bytes;
    const quote = bytes[start];
    for (let at = start + 1; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === code.backslash && escapes) at++;
      else if (byte === quote) {
        if (bytes[at + 1] !== quote) return at + 1;
        at++;
      }
    }
    return -1;
  }

  #readAt(at: number): TokenKind {
    const bytes = this.bytes;
    const following = bytes[at + 1];
    if (following === code.at) {
      this.#next = "system-name";
      return this.#take("system", at + 2);
    }
    if (following === code.quote || following === code.doubleQuote || following === code.backtick) {
      const isText = following === code.quote || (following === code.doubleQuote && !this.#modes.ansiQuotes);
      const end = this.#quotedEnd(at + 1, isText && !this.#modes.noBackslashEscapes);
      return end < 0 ? this.#fault("A quote is not closed.") : this.#take("variable", end);
    }
    let end = at + 1;
    for (let byte = bytes[end]; byte !== undefined && byte < 0x80; byte = bytes[++end]) {
      if (!isNameByte(byte) && byte !== code.dot) break;
    }
    return this.#take("variable", end);
  }

  #readPoint(at: number, afterName: boolean): TokenKind {
    const following = this.bytes[at + 1];
    if (!afterName && isDigit(following)) return this.#readNumber(at);
    if (isNameByte(following)) this.#next = "name";
    return this.#take("symbol", at + 1);
  }

  /** What is glued to the token before it: a name behind a point, a variable behind `@@`. */
  #readBoundName(): TokenKind {
    const at = this.end;
    const isSystem = this.#next === "system-name";
    this.#next = "anything";
    this.start = at;
    if (isSystem && this.bytes[at] === code.backtick) return this.#readQuoted("name", at);
    if (isSystem && !isNameByte(this.bytes[at])) return this.#fault("No name follows `@@`.");
    return this.#readName(at);
  }

  #readNumber(at: number): TokenKind {
    const number = numberEnd(this.bytes, at);
    switch (number.kind) {
      case "number":
        return this.#take("number", number.end);
      case "name":
        return this.#readName(at);
      case "fault":
        return this.#fault("A number has an exponent without digits.");
    }
  }

  /** Names that begin with a digit go on like others but are never keywords. */
  #readName(at: number): TokenKind {
    const kind = this.#readWord(at);
    return kind === "word" ? this.#take("name", this.end) : kind;
  }

  #readWord(at: number): TokenKind {
    const bytes = this.bytes;
    if (bytes[at] === code.dollar && this.#dialect.flavour === "mysql") {
      return this.#fault("A name begins with `$`, which MySQL also quotes texts with.");
    }
    let end = at;
    let beyondAscii = 0;
    for (let byte = bytes[end]; byte !== undefined && isNameByte(byte); byte = bytes[++end]) beyondAscii |= byte;
    if (beyondAscii >= 0x80 && !this.#unicode) {
      return this.#fault(
        "A name with letters beyond ASCII must be quoted where the client's character set is not UTF-8.",
      );
    }
    if (bytes[end] !== code.dot || !isNameByte(bytes[end + 1])) return this.#take("word", end);
    this.#next = "point";
    return this.#take("name", end);
  }
}

/** Keywords are ASCII: a letter such as the sign for Kelvin, whose lower case is a `k`, makes none. */
function asciiLower(word: string): string {
  return plainName.test(word) ? word.toLowerCase() : word.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** `--` opens a comment only before a blank, a control character or the end. */
function endsDashes(byte: number | undefined): boolean {
  return byte === undefined || isBlank(byte) || byte < 0x20 || byte === code.del;
}
