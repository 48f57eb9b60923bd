import { GatewayError } from "@sallyport/shared/errors";
import type { LibPgQuery } from "pg-query-18/wasm/libpg-query.js";
import { loadGrammar, type GrammarMajor } from "./grammar-packages.ts";
import type { SqlSyntaxError } from "./read-text.ts";

/** What a grammar makes of a text. `broken`: it failed in a way that says nothing about the text, and is being replaced. */
export type Parsed =
  | { readonly kind: "tree"; readonly tree: unknown }
  | { readonly kind: "syntax-error"; readonly error: SqlSyntaxError }
  | { readonly kind: "broken"; readonly because: string };

/** PostgreSQL's files that word errors about a text. An error from elsewhere is about the instance. */
const sourcesOfSyntaxErrors = /(^|_|\/)(scan\.l|gram\.y|parser\.c|scansup\.c|mbutils\.c|makefuncs\.c)$/;

/**
 * The grammar of one PostgreSQL version. An instance that fails other than by a syntax error keeps what it had allocated
 * and, after some dozens of failures, answers nothing but errors for ever; so it is thrown away at the first one.
 */
export class Grammar {
  readonly #major: GrammarMajor;
  #instance: LibPgQuery | undefined;
  #loading: Promise<void> | undefined;
  #loadFailure: unknown;

  private constructor(major: GrammarMajor) {
    this.#major = major;
  }

  /** Throws `server/unsupported` where the grammar cannot be loaded. */
  static async load(major: GrammarMajor): Promise<Grammar> {
    const grammar = new Grammar(major);
    await grammar.renew();
    if (grammar.ready) return grammar;
    const cause = grammar.#loadFailure;
    throw new GatewayError("server/unsupported", `the grammar of PostgreSQL ${major} did not load`, { cause });
  }

  /** False while a broken instance is being replaced. */
  get ready(): boolean {
    return this.#instance !== undefined;
  }

  /** Starts over with a new instance, which also gives back the old one's memory. Never rejects: look at `ready`. */
  renew(): Promise<void> {
    this.#instance = undefined;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    try {
      const { createLibPgQuery, module } = await loadGrammar(this.#major);
      this.#instance = await createLibPgQuery({
        print: ignore,
        printErr: ignore,
        instantiateWasm(imports, done) {
          const instance = new WebAssembly.Instance(module, imports);
          done(instance);
          return instance.exports;
        },
      });
    } catch (reason) {
      this.#loadFailure = reason;
    }
  }

  /** `sql` is valid UTF-8 without NUL, which would end the text in the eyes of the parser. */
  parse(sql: Buffer): Parsed {
    const instance = this.#instance;
    if (instance === undefined) return this.#broken("the grammar is being loaded");
    try {
      const parsed = parseWith(instance, sql);
      return parsed.kind === "broken" ? this.#broken(parsed.because) : parsed;
    } catch (reason) {
      return this.#broken(reason instanceof Error ? reason.message : String(reason));
    }
  }

  #broken(because: string): Parsed {
    void this.renew();
    return { kind: "broken", because };
  }
}

function ignore(): void {
  // what the parser would print is not ours to print
}

/*
 * PgQueryParseResult { char *parse_tree; char *stderr_buffer; PgQueryError *error; }
 * PgQueryError { char *message; char *funcname; char *filename; int lineno; int cursorpos; … }
 */
function parseWith(instance: LibPgQuery, sql: Buffer): Parsed {
  const text = instance._malloc(sql.length + 1);
  if (text === 0) return { kind: "broken", because: "out of memory" };
  const memory = instance.HEAPU8;
  memory.set(sql, text);
  memory[text + sql.length] = 0;
  const result = instance._wasm_parse_query_raw(text);
  instance._free(text);
  if (result === 0) return { kind: "broken", because: "out of memory" };
  const error = instance.getValue(result + 8, "i32");
  const parsed = error === 0 ? treeAt(instance, instance.getValue(result, "i32")) : errorAt(instance, error);
  instance._wasm_free_parse_result(result);
  return parsed;
}

function treeAt(instance: LibPgQuery, pointer: number): Parsed {
  const json = pointer === 0 ? "" : textAt(instance, pointer);
  // the older versions answer an empty text with nothing
  const tree: unknown = json === "" ? { stmts: [] } : JSON.parse(json);
  return { kind: "tree", tree };
}

/** What the instance's own function does too, many times slower. */
function textAt(instance: LibPgQuery, pointer: number): string {
  const memory = Buffer.from(instance.HEAPU8.buffer);
  return memory.toString("utf8", pointer, memory.indexOf(0, pointer));
}

function errorAt(instance: LibPgQuery, pointer: number): Parsed {
  const fieldAt = (offset: number): string => {
    const at = instance.getValue(pointer + offset, "i32");
    return at === 0 ? "" : textAt(instance, at);
  };
  const message = fieldAt(0);
  if (!sourcesOfSyntaxErrors.test(fieldAt(8))) return { kind: "broken", because: message };
  const position = instance.getValue(pointer + 16, "i32");
  return { kind: "syntax-error", error: { message, position: position > 0 ? position : undefined } };
}
