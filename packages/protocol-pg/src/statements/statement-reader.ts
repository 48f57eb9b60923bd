import { TextCache } from "@sallyport/shared/text-cache";
import { GatewayError } from "@sallyport/shared/errors";
import { isGrammarMajor, type GrammarMajor } from "./grammar-packages.ts";
import { Grammar } from "./grammar.ts";
import { ParseDesk } from "./parse-desk.ts";
import { parseText } from "./parse-text.ts";
import type { ReadText } from "./read-text.ts";
import { judgeText, MAX_BYTES_HERE, MAX_TEXT_BYTES } from "./text-budget.ts";
import { unreadableText } from "./unreadable.ts";

/** Reads SQL with the grammar of one PostgreSQL version. */
export interface StatementReader {
  /**
   * `sql` is a text as sent, without its NUL; it is copied where it is kept. A promise only where the text must go to the
   * worker; it never rejects. The same bytes give the same objects from the second time on, or the
   * first where the worker had them, for as long as they are remembered.
   */
  read(sql: Buffer): ReadText | Promise<ReadText>;
}

/**
 * One per version for the whole process: what a text says depends on nothing but its bytes and the grammar, so sessions
 * may share what was read, and only one instance of a grammar has to be in memory.
 */
const readers = new Map<GrammarMajor, Promise<StatementReader>>();

/** The reader for a server of this major version. Throws `server/unsupported` outside 13 to 18. */
export function createStatementReader(serverMajor: number): Promise<StatementReader> {
  if (!isGrammarMajor(serverMajor)) {
    return Promise.reject(new GatewayError("server/unsupported", `no grammar for PostgreSQL ${serverMajor}`));
  }
  const known = readers.get(serverMajor);
  if (known !== undefined) return known;
  const reader = Grammar.load(serverMajor).then((grammar) => new GrammarReader(serverMajor, grammar));
  readers.set(serverMajor, reader);
  reader.catch(() => readers.delete(serverMajor));
  return reader;
}

/** What an expression of the relational form takes in memory, about. */
const BYTES_OF_EXPRESSION = 200;

const nothing: ReadText = { statements: [] };

/** How much of a text beyond all bounds is kept to show what was refused; the whole may be longer than a string can be. */
const KEPT_OF_TOO_LARGE = 64 * 1024;

function tooLarge(sql: Buffer): ReadText {
  const because = `The text has ${sql.length} bytes; the gateway reads at most ${MAX_TEXT_BYTES}.`;
  return unreadableText(sql.subarray(0, KEPT_OF_TOO_LARGE), because);
}

class GrammarReader implements StatementReader {
  readonly #major: GrammarMajor;
  readonly #grammar: Grammar;
  readonly #cache = new TextCache<ReadText>({ entries: 4096, bytes: 32 * 1024 * 1024, bytesOfOne: 1024 * 1024 });
  /** Texts that the worker has (as latin1), so that the same text asked for twice is one object too. */
  readonly #awaited = new Map<string, Promise<ReadText>>();
  readonly #desk: ParseDesk;

  constructor(major: GrammarMajor, grammar: Grammar) {
    this.#major = major;
    this.#grammar = grammar;
    this.#desk = new ParseDesk(major, {
      parseMs: 5_000,
      startMs: 30_000,
      idleMs: 60_000,
      waitingTexts: 64,
      waitingBytes: 4 * MAX_TEXT_BYTES,
    });
  }

  read(sql: Buffer): ReadText | Promise<ReadText> {
    if (sql.length === 0) return nothing;
    if (sql.length > MAX_TEXT_BYTES) return tooLarge(sql);
    if (!this.#cache.admits(sql.length)) return this.#desk.read(sql).then((answer) => answer.read);
    return this.#cache.get(sql) ?? this.#awaitedOf(sql) ?? this.#readNew(sql);
  }

  #awaitedOf(sql: Buffer): Promise<ReadText> | undefined {
    return this.#awaited.size === 0 ? undefined : this.#awaited.get(sql.toString("latin1"));
  }

  #readNew(sql: Buffer): ReadText | Promise<ReadText> {
    // a long text is judged in the worker too, where the time it takes is nobody else's
    const verdict = sql.length > MAX_BYTES_HERE ? { kind: "worker" as const } : judgeText(sql);
    switch (verdict.kind) {
      case "refused":
        return this.#meet(sql, unreadableText(sql, verdict.because));
      case "here":
        return this.#readHere(sql);
      case "worker":
        return this.#ask(sql);
    }
  }

  /** Where the grammar fails on this thread's stack, the worker's deeper one may do; the same while a new instance loads. */
  #readHere(sql: Buffer): ReadText | Promise<ReadText> {
    const read = parseText(this.#grammar, sql, this.#major);
    return read === undefined ? this.#ask(sql) : this.#meet(sql, read);
  }

  #ask(sql: Buffer): Promise<ReadText> {
    const text = Buffer.from(sql);
    const key = text.toString("latin1");
    const answer = this.#desk.read(text).then(({ read, lasting }) => {
      this.#awaited.delete(key);
      if (lasting) this.#cache.keep(text, read, { bytes: bytesOf(text, read) });
      return read;
    });
    this.#awaited.set(key, answer);
    return answer;
  }

  #meet(sql: Buffer, read: ReadText): ReadText {
    this.#cache.meet(sql, read, { bytes: bytesOf(sql, read) });
    return read;
  }
}

function bytesOf({ length }: Buffer, { lowered = 0 }: ReadText): number {
  return length + BYTES_OF_EXPRESSION * lowered;
}
