import { RecentTexts } from "@sallyport/shared/recent-texts";
import { TextCache } from "@sallyport/shared/text-cache";
import { GatewayError } from "@sallyport/shared/errors";
import { Grammar, isGrammarMajor, type GrammarMajor } from "./grammar.ts";
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
  readonly #recent = new RecentTexts<ReadText>();
  /** Texts that the worker has, so that the same text asked for twice is one object too. */
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
    return this.#recent.get(sql) ?? this.#readByKey(sql.toString("latin1"), sql);
  }

  #readByKey(key: string, sql: Buffer): ReadText | Promise<ReadText> {
    const kept = this.#cache.get(key);
    if (kept === undefined) return this.#awaited.get(key) ?? this.#readNew(key, sql);
    this.#recent.set(sql, kept);
    return kept;
  }

  #readNew(key: string, sql: Buffer): ReadText | Promise<ReadText> {
    // a long text is judged in the worker too, where the time it takes is nobody else's
    const verdict = sql.length > MAX_BYTES_HERE ? { kind: "worker" as const } : judgeText(sql);
    switch (verdict.kind) {
      case "refused":
        return this.#meet(key, unreadableText(sql, verdict.because));
      case "here":
        return this.#readHere(key, sql);
      case "worker":
        return this.#ask(key, sql);
    }
  }

  /** Where the grammar fails on this thread's stack, the worker's deeper one may do; the same while a new instance loads. */
  #readHere(key: string, sql: Buffer): ReadText | Promise<ReadText> {
    const read = parseText(this.#grammar, sql, this.#major);
    return read === undefined ? this.#ask(key, sql) : this.#meet(key, read);
  }

  #ask(key: string, sql: Buffer): Promise<ReadText> {
    const answer = this.#desk.read(sql).then(({ read, lasting }) => {
      this.#awaited.delete(key);
      if (lasting) this.#cache.keep(key, read, bytesOf(key, read));
      return read;
    });
    this.#awaited.set(key, answer);
    return answer;
  }

  #meet(key: string, read: ReadText): ReadText {
    this.#cache.meet(key, read, bytesOf(key, read));
    return read;
  }
}

function bytesOf(key: string, { lowered = 0 }: ReadText): number {
  return key.length + BYTES_OF_EXPRESSION * lowered;
}
