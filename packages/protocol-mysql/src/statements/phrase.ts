import type { Token } from "./token.ts";

const beyond: Token = { kind: "end", value: "", start: 0, end: 0 };

/** The tokens of one statement, up to a bound: what lies beyond was scanned but is not kept. */
export class Phrase {
  readonly tokens: readonly Token[];
  /** Whether these are all of them. */
  readonly complete: boolean;

  constructor(tokens: readonly Token[], complete: boolean) {
    this.tokens = tokens;
    this.complete = complete;
  }

  get length(): number {
    return this.tokens.length;
  }

  /** The token there; one of kind `end` behind the last. */
  at(index: number): Token {
    return this.tokens[index] ?? beyond;
  }

  /** The word there, "" where something else stands. */
  word(index: number): string {
    const token = this.at(index);
    return token.kind === "word" ? token.value : "";
  }

  isSymbol(index: number, symbol: string): boolean {
    const token = this.at(index);
    return token.kind === "symbol" && token.value === symbol;
  }

  /** Whether exactly these words stand there. */
  says(index: number, ...words: readonly string[]): boolean {
    return words.every((word, offset) => this.word(index + offset) === word);
  }

  /** The first place from `index` on, outside parentheses, whose word is one of these; -1 without any. */
  find(index: number, words: ReadonlySet<string>): number {
    let depth = 0;
    for (let at = index; at < this.length; at++) {
      if (this.isSymbol(at, "(")) depth++;
      else if (this.isSymbol(at, ")")) depth--;
      else if (depth === 0 && words.has(this.word(at))) return at;
    }
    return -1;
  }

  /** Skips any of these words. */
  skip(index: number, words: ReadonlySet<string>): number {
    let at = index;
    while (words.has(this.word(at))) at++;
    return at;
  }

  /** Whether the statement ends there. */
  endsAt(index: number): boolean {
    return this.complete && index >= this.length;
  }

  /** The part between two places, as a phrase of its own. */
  part(from: number, to: number): Phrase {
    return new Phrase(this.tokens.slice(from, to), true);
  }
}
