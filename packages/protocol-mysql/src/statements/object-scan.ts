import type { StatementObject } from "@sallyport/shared/statement";
import type { Lexer } from "./lexer.ts";

/** The record need not hold more to show what a statement was about. */
const MAX_OBJECTS = 64;

/** Behind these words a name is one of something stored. */
const openers: ReadonlySet<string> = new Set(
  `from join into update table tables view database schema truncate describe desc use handler call procedure function trigger
  event sequence user role server package insert replace delete straight_join`.split(/\s+/),
);

/** What may stand between such a word and the name. */
const fillers: ReadonlySet<string> = new Set(
  `if not exists ignore low_priority high_priority delayed concurrent quick only lateral temporary table tables into from
  history replace`.split(/\s+/),
);

/** No names, though they stand in the place of one. */
const noNames: ReadonlySet<string> = new Set(
  "select set values value with dual where json_table unnest outfile dumpfile database schema privileges status".split(" "),
);

/** Behind these a parenthesis opens a list of tables. */
const listOpeners: ReadonlySet<string> = new Set(["from", "join", "straight_join", "update", "using"]);

/** A list of tables ends at these. */
const listEnds: ReadonlySet<string> = new Set(
  "where group order having limit set union except intersect values value select on using partition for like window".split(
    " ",
  ),
);

/** Gathers the names of what a statement is about, as far as they are plain to see. For the record alone. */
export class ObjectScan {
  readonly #found = new Map<string, StatementObject>();
  readonly #commonTables = new Set<string>();
  #expecting = false;
  /** The depth of parentheses of a list of tables, in which a comma is followed by the next; -1 outside one. */
  #listDepth = -1;
  #first: string | undefined;
  #pointed = false;
  #lastWord = "";
  #lastIdent = "";
  #beforeAs = "";

  /** `word` is the token's value where it is a word. */
  take(lexer: Lexer, word: string, depth: number): void {
    const { kind } = lexer;
    const isIdent = kind === "name" || word !== "";
    if (this.#first !== undefined && this.#goOn(lexer, word, isIdent)) return;
    if (kind === "symbol") this.#takeSymbol(lexer.value(), depth);
    else if (this.#expecting && isIdent) this.#takeName(kind === "name" ? lexer.value() : lexer.bytes.toString("latin1", lexer.start, lexer.end), word, depth);
    else if (openers.has(word)) this.#expect(word, depth);
    else {
      this.#expecting = false;
      if (this.#listDepth === depth && listEnds.has(word)) this.#listDepth = -1;
    }
    if (word === "as") this.#beforeAs = this.#lastIdent;
    this.#lastIdent = isIdent && word !== "as" ? this.#nameOf(lexer, word) : "";
    this.#lastWord = word;
  }

  /** What was found, without the names that the statement's own WITH gives. */
  get objects(): readonly StatementObject[] {
    if (this.#first !== undefined) this.#keep(undefined, this.#first);
    this.#first = undefined;
    return [...this.#found.values()].filter(
      ({ database, name }) => database !== undefined || !this.#commonTables.has(name.toLowerCase()),
    );
  }

  #nameOf(lexer: Lexer, word: string): string {
    return word === "" ? lexer.value() : word;
  }

  #expect(word: string, depth: number): void {
    if (word === "update" && (this.#lastWord === "for" || this.#lastWord === "key" || this.#lastWord === "on")) return;
    this.#expecting = true;
    this.#listDepth = depth;
  }

  #takeSymbol(symbol: string, depth: number): void {
    if (symbol === "(" && this.#lastWord === "as" && this.#beforeAs !== "") {
      if (this.#commonTables.size < MAX_OBJECTS) this.#commonTables.add(this.#beforeAs.toLowerCase());
    }
    // REPLACE(…), TRUNCATE(…) are functions
    if (symbol === "(" && this.#expecting && this.#lastWord !== "" && !listOpeners.has(this.#lastWord)) this.#listDepth = -1;
    this.#expecting = symbol === "," && depth === this.#listDepth;
    if (symbol === ")" && depth < this.#listDepth) this.#listDepth = -1;
  }

  #takeName(written: string, word: string, depth: number): void {
    if (word !== "" && fillers.has(word)) return;
    this.#expecting = false;
    if (word !== "" && noNames.has(word)) {
      if (listEnds.has(word)) this.#listDepth = -1;
      return;
    }
    this.#listDepth = depth;
    this.#first = written;
    this.#pointed = false;
  }

  /** Behind a first name: true while it takes in a point and the second. */
  #goOn(lexer: Lexer, word: string, isIdent: boolean): boolean {
    const first = this.#first ?? "";
    if (this.#pointed) {
      this.#first = undefined;
      if (isIdent) this.#keep(first, word === "" ? lexer.value() : lexer.bytes.toString("latin1", lexer.start, lexer.end));
      return isIdent;
    }
    if (lexer.kind === "symbol" && lexer.value() === ".") {
      this.#pointed = true;
      return true;
    }
    this.#first = undefined;
    this.#keep(undefined, first);
    return false;
  }

  #keep(database: string | undefined, name: string): void {
    if (this.#found.size >= MAX_OBJECTS) return;
    this.#found.set(`${database ?? ""}\0${name}`, { database, name });
  }
}
