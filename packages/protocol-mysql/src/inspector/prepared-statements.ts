import type { Parameter } from "@sallyport/shared/statement";
import type { MysqlStatement } from "../statements/mysql-statement.ts";
import type { TextModes } from "../statements/text-modes.ts";

/** Statements that one session may hold open, of both protocols together. */
export const MAX_PREPARED = 10_000;
/** What their texts may come to, together. */
export const MAX_PREPARED_BYTES = 64 * 1024 * 1024;

/** A statement that COM_STMT_PREPARE made. */
export interface PreparedStatement {
  readonly statement: MysqlStatement;
  /** As it was sent, and the modes that it was read in: a server may read it again in those of a later moment. */
  readonly text: Buffer;
  readonly modes: TextModes;
  readonly parameters: number;
  /** Of the last execution that brought any. */
  types: readonly number[] | undefined;
  /** Values that came in pieces, by their number. */
  readonly longData: Map<number, Parameter>;
}

/** A statement that SQL's PREPARE made. */
export interface NamedStatement {
  readonly statement: MysqlStatement;
  readonly modes: TextModes;
}

/** What a session has prepared: by the server's number, and by the name that SQL gave. */
export class PreparedStatements {
  readonly #byNumber = new Map<number, PreparedStatement>();
  readonly #byName = new Map<string, NamedStatement>();
  #bytes = 0;
  /** The number that the last COM_STMT_PREPARE made, which clients of MariaDB call −1. */
  last: number | undefined;

  get size(): number {
    return this.#byNumber.size + this.#byName.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(number: number): PreparedStatement | undefined {
    return this.#byNumber.get(number);
  }

  set(number: number, prepared: PreparedStatement): void {
    this.close(number);
    this.#byNumber.set(number, prepared);
    this.#bytes += prepared.text.length;
    this.last = number;
  }

  close(number: number): void {
    this.#bytes -= this.#byNumber.get(number)?.text.length ?? 0;
    this.#byNumber.delete(number);
  }

  named(name: string): NamedStatement | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  setNamed(name: string, named: NamedStatement | undefined): void {
    this.#forget(name);
    if (named === undefined) return;
    this.#byName.set(name.toLowerCase(), named);
    this.#bytes += named.statement.text.length;
  }

  clear(): void {
    this.#byNumber.clear();
    this.#byName.clear();
    this.#bytes = 0;
    this.last = undefined;
  }

  #forget(name: string): void {
    const key = name.toLowerCase();
    this.#bytes -= this.#byName.get(key)?.statement.text.length ?? 0;
    this.#byName.delete(key);
  }
}
