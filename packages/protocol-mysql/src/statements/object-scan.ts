import type { StatementObject } from "@sallyport/shared/statement";
import type { Lexer } from "./lexer.ts";

/** The record need not hold more to show what a statement was about. */
const MAX_OBJECTS = 64;

/** Behind these words a name is one of something stored. */
const openers: ReadonlySet<string> = new Set(
  `from join into update table tables view database schema truncate describe desc use handler explain call procedure function trigger
  event sequence user role server package insert replace delete straight_join`.split(/\s+/),
);

/** What may stand between such a word and the name. */
const fillers: ReadonlySet<string> = new Set(
  `if not exists ignore low_priority high_priority delayed concurrent quick only lateral temporary table tables into from
  history replace`.split(/\s+/),
);

/** No names, though they stand in the place of one. */
const noNames: ReadonlySet<string> = new Set(
  `select set values value with dual where json_table unnest outfile dumpfile database schema privileges status on to all
  partition cache algorithm definer sql analyze extended format for analyse by as and or`.split(/\s+/),
);

/** Behind these a parenthesis opens a list of tables. */
const listOpeners: ReadonlySet<string> = new Set(["from", "join", "straight_join", "update", "using"]);

const beforeIndex: ReadonlySet<string> = new Set(["create", "drop", "unique", "fulltext", "spatial"]);

/** A list of tables ends at these. */
const listEnds: ReadonlySet<string> = new Set(
  "where group order having limit set union except intersect values value select on using partition for like window".split(
    " ",
  ),
);

/** Every word that it looks for. */
export const objectWords: ReadonlySet<string> = new Set([
  ...openers,
  ...fillers,
  ...noNames,
  ...listOpeners,
  ...beforeIndex,
  ...listEnds,
  "index",
]);

/** Gathers the names of what a statement is about, as far as they are plain to see. For the record alone. */
export class ObjectScan {
  readonly #found = new Map<string, StatementObject>();
  readonly #commonTables = new Set<string>();
  #expecting = false;
  /** The depth of parentheses of a list of tables, in which a comma is followed by the next; -1 outside one. */
  #listDepth = -1;
  #indexed = false;
  #first: string | undefined;
  #pointed = false;
  #lastWord = "";
  /** Where the last name stood, and the one before an AS; -1 for other tokens. */
  #lastStart = -1;
  #lastEnd = -1;
  #aliasStart = -1;
  #aliasEnd = -1;

  /** Takes in a word or name; `word` is "" for a name. */
  takeName(lexer: Lexer, word: string, depth: number): void {
    if (this.#first === undefined || !this.#goOn(lexer, true)) {
      if (this.#expecting) this.#takeExpected(lexer, word, depth);
      else if (openers.has(word) || this.#isIndexed(word)) this.#expect(word, depth);
      else if (this.#listDepth === depth && listEnds.has(word)) this.#listDepth = -1;
    }
    if (word === "as") {
      this.#aliasStart = this.#lastStart;
      this.#aliasEnd = this.#lastEnd;
    }
    this.#lastWord = word;
    this.#lastStart = lexer.start;
    this.#lastEnd = lexer.end;
  }

  takeSymbol(lexer: Lexer, symbol: string, depth: number): void {
    if (this.#first !== undefined && this.#goOn(lexer, false)) return;
    if (symbol === "(") this.#takeOpen(lexer);
    else if (symbol === ")" && depth < this.#listDepth) this.#listDepth = -1;
    this.#expecting = symbol === "," && depth === this.#listDepth;
    this.#lastWord = "";
    this.#lastStart = -1;
  }

  /** Takes in a literal or a variable. */
  takeOther(): void {
    if (this.#first !== undefined) this.#keep(undefined, this.#first);
    this.#first = undefined;
    this.#expecting = false;
    this.#lastWord = "";
    this.#lastStart = -1;
  }

  /** What was found, without the names that the statement's own WITH gives. */
  get objects(): readonly StatementObject[] {
    if (this.#first !== undefined) this.#keep(undefined, this.#first);
    this.#first = undefined;
    return [...this.#found.values()].filter(
      ({ database, name }) => database !== undefined || !this.#commonTables.has(name.toLowerCase()),
    );
  }

  /** CREATE INDEX and DROP INDEX name their table behind ON. */
  #isIndexed(word: string): boolean {
    if (word === "index" && beforeIndex.has(this.#lastWord)) this.#indexed = true;
    const isIndexed = word === "on" && this.#indexed;
    if (isIndexed) this.#indexed = false;
    return isIndexed;
  }

  #expect(word: string, depth: number): void {
    if (word === "update" && (this.#lastWord === "for" || this.#lastWord === "key" || this.#lastWord === "on")) return;
    this.#expecting = true;
    this.#listDepth = depth;
  }

  #takeOpen(lexer: Lexer): void {
    if (this.#lastWord === "as" && this.#aliasStart >= 0 && this.#commonTables.size < MAX_OBJECTS) {
      this.#commonTables.add(lexer.nameAt(this.#aliasStart, this.#aliasEnd).toLowerCase());
    }
    // REPLACE(…), TRUNCATE(…) are functions
    if (this.#expecting && this.#lastWord !== "" && !listOpeners.has(this.#lastWord)) this.#listDepth = -1;
  }

  #takeExpected(lexer: Lexer, word: string, depth: number): void {
    if (fillers.has(word)) return;
    this.#expecting = false;
    if (noNames.has(word)) {
      if (listEnds.has(word)) this.#listDepth = -1;
      return;
    }
    this.#listDepth = depth;
    this.#first = lexer.nameAt(lexer.start, lexer.end);
    this.#pointed = false;
  }

  /** Behind a first name: true while it takes in a point and the second. */
  #goOn(lexer: Lexer, isName: boolean): boolean {
    const first = this.#first ?? "";
    if (!this.#pointed && !isName && lexer.atPoint) {
      this.#pointed = true;
      return true;
    }
    this.#first = undefined;
    if (!this.#pointed) this.#keep(undefined, first);
    else if (isName) this.#keep(first, lexer.nameAt(lexer.start, lexer.end));
    return this.#pointed && isName;
  }

  #keep(database: string | undefined, name: string): void {
    if (this.#found.size >= MAX_OBJECTS) return;
    this.#found.set(`${database ?? ""}\0${name}`, { database, name });
  }
}
