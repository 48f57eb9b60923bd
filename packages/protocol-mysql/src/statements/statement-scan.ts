import type { StatementObject } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { hiddenPower } from "./hidden-power.ts";
import { knownWords, otherWord } from "./known-words.ts";
import type { Lexer } from "./lexer.ts";
import { ObjectScan, objectWords } from "./object-scan.ts";

/** Deeper than any statement that a person or a program writes; servers fail on it by their stack. */
const MAX_DEPTH = 500;

/** Words that rules ask for: where they stand outside quotes they are keywords, or the statement is one that the server cannot read. */
const watched: ReadonlySet<string> = new Set(
  `add alter analyse begin by call case change connection convert create data delete directory discard drop dumpfile engine
  exchange execute for grant import immediate insert into join kill load lock loop outfile prepare procedure rename
  repeat replace returning revoke select set share straight_join table tablespace truncate unlock update using values while with`.split(
    /\s+/,
  ),
);

/** Before TABLE they make it a query of the whole table. */
const beforeTableQuery: ReadonlySet<string> = new Set([
  "union",
  "except",
  "intersect",
  "all",
  "distinct",
  "as",
  "minus",
]);

/** The rest of what `#takeWord` looks at. */
const otherWatched = ["duplicate", "in", "key", "mode", "next", "value"];

const wordAt = knownWords([...watched, ...beforeTableQuery, ...otherWatched, ...objectWords]);

/**
 * What is to be seen in a statement wherever it stands, gathered while its tokens pass: sub-queries, files, locks, calls of
 * functions that hide something. Its memory does not grow with the text.
 */
export class StatementScan {
  readonly #seen = new Map<string, number>();
  readonly #outside = new Set<string>();
  readonly #powers = new Set<Verb>();
  readonly #objects = new ObjectScan();
  #depth = 0;
  /** The last two words, "" for other tokens. */
  #last = "";
  #second = "";
  /** Where the last word or name stands; -1 for other tokens. */
  #lastStart = -1;
  #lastEnd = -1;
  #lastIsOpen = false;
  /** A query stands in it, at its beginning or within. */
  readsRows = false;
  /** `ON DUPLICATE KEY UPDATE` */
  updatesDuplicates = false;
  /** The first thing met that no policy can allow. */
  refusal: string | undefined;

  /** Takes the lexer's last token in. */
  take(lexer: Lexer): void {
    switch (lexer.kind) {
      case "word":
        return this.#takeWord(lexer);
      case "symbol":
        return this.#takeSymbol(lexer);
      case "name":
        this.#objects.takeName(lexer, "", this.#depth);
        return this.#advance("", lexer.start, lexer.end);
      default:
        if (lexer.kind === "system" && this.#last === "into") {
          this.refusal ??= "It would put a value into a system variable.";
        }
        this.#objects.takeOther();
        return this.#advance("", -1, -1);
    }
  }

  /** Whether the word stands anywhere in the statement. Only words of the list above are watched. */
  saw(word: string): boolean {
    return this.#seen.has(word);
  }

  count(word: string): number {
    return this.#seen.get(word) ?? 0;
  }

  /** Whether the word stands outside parentheses. */
  sawOutside(word: string): boolean {
    return this.#outside.has(word);
  }

  /** The verbs of what stands in it, beyond those of its own kind. */
  get powers(): ReadonlySet<Verb> {
    return this.#powers;
  }

  get objects(): readonly StatementObject[] {
    return this.#objects.objects;
  }

  #advance(word: string, start: number, end: number): void {
    this.#second = this.#last;
    this.#last = word;
    this.#lastStart = start;
    this.#lastEnd = end;
    this.#lastIsOpen = false;
  }

  #takeSymbol(lexer: Lexer): void {
    const symbol = lexer.value();
    if (symbol === "(") this.#open(lexer);
    else if (symbol === ")") this.#depth--;
    this.#objects.takeSymbol(lexer, symbol, this.#depth);
    this.#advance("", -1, -1);
    this.#lastIsOpen = symbol === "(";
  }

  #open(lexer: Lexer): void {
    this.#depth++;
    if (this.#depth > MAX_DEPTH) this.refusal ??= `It has more than ${MAX_DEPTH} levels of parentheses.`;
    if (this.#lastStart < 0) return;
    for (const verb of hiddenPower(lexer.nameAt(this.#lastStart, this.#lastEnd))) this.#powers.add(verb);
  }

  #takeWord(lexer: Lexer): void {
    const word = wordAt(lexer.bytes, lexer.start, lexer.end);
    if (word !== otherWord) this.#noteWord(word);
    this.#objects.takeName(lexer, word, this.#depth);
    this.#advance(word, lexer.start, lexer.end);
  }

  #noteWord(word: string): void {
    const last = this.#last;
    switch (word) {
      case "select":
        this.readsRows = true;
        break;
      case "table":
        if (this.#lastIsOpen || beforeTableQuery.has(last)) this.readsRows = true;
        break;
      case "outfile":
      case "dumpfile":
        this.#powers.add("copy-out").add("admin");
        break;
      case "update":
        if (last === "for") this.#powers.add("lock");
        else if (last === "key" && this.#second === "duplicate") this.updatesDuplicates = true;
        break;
      case "share":
        if (last === "for") this.#powers.add("lock");
        break;
      case "mode":
        if (last === "share" && this.#second === "in") this.#powers.add("lock");
        break;
      case "for":
        if (last === "value" && this.#second === "next") this.#powers.add("update");
        break;
    }
    if (!watched.has(word)) return;
    this.#seen.set(word, (this.#seen.get(word) ?? 0) + 1);
    if (this.#depth <= 0) this.#outside.add(word);
  }
}
