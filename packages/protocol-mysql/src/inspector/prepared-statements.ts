import { MAX_LONG_VALUES, LongValue } from "./long-value.ts";
import type { MysqlStatement } from "../statements/mysql-statement.ts";
import type { TextModes } from "../statements/text-modes.ts";

/** Statements that one session may hold open, of both protocols together. */
export const MAX_PREPARED = 4096;
/** What their texts may come to, together. */
export const MAX_PREPARED_BYTES = 64 * 1024 * 1024;
/** What clients of MariaDB call the statement that they prepared last. */
const LAST_PREPARED = 0xffff_ffff;

/** A statement that COM_STMT_PREPARE made. */
export interface PreparedStatement {
  readonly statement: MysqlStatement;
  /** As it was sent, and the modes that it was read in: a server may read it again in those of a later moment. */
  readonly text: Buffer;
  readonly modes: TextModes;
  readonly parameters: number;
  /** Of the last execution that brought any. */
  types: readonly number[] | undefined;
  /** Values that came in pieces for the next execution, by their number. */
  readonly longValues: Map<number, LongValue>;
  /** Whether some were not passed on, because there are too many in the session. */
  lacksLongValues: boolean;
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
  #longValues = 0;
  /** The number that the last COM_STMT_PREPARE made; undefined where that failed. */
  last: number | undefined;

  /** Whether there is room for another one with a text of this length. */
  get isFull(): boolean {
    return this.#byNumber.size + this.#byName.size >= MAX_PREPARED;
  }

  hasRoomFor(textBytes: number): boolean {
    return this.#bytes + textBytes <= MAX_PREPARED_BYTES;
  }

  /** By the number that a client uses. */
  get(number: number): PreparedStatement | undefined {
    const real = this.#real(number);
    return real === undefined ? undefined : this.#byNumber.get(real);
  }

  set(number: number, prepared: PreparedStatement): void {
    this.close(number);
    this.#byNumber.set(number, prepared);
    this.#bytes += prepared.text.length;
    this.last = number;
  }

  close(number: number): void {
    const prepared = this.get(number);
    const real = this.#real(number);
    if (prepared === undefined || real === undefined) return;
    this.clearLongValues(prepared);
    this.#bytes -= prepared.text.length;
    this.#byNumber.delete(real);
  }

  /** The value that pieces for this parameter belong to; undefined where the session has too many already. */
  longValue(prepared: PreparedStatement, parameter: number): LongValue | undefined {
    const known = prepared.longValues.get(parameter);
    if (known !== undefined) return known;
    if (this.#longValues >= MAX_LONG_VALUES) {
      prepared.lacksLongValues = true;
      return undefined;
    }
    this.#longValues++;
    const value = new LongValue();
    prepared.longValues.set(parameter, value);
    return value;
  }

  clearLongValues(prepared: PreparedStatement): void {
    this.#longValues -= prepared.longValues.size;
    prepared.longValues.clear();
    prepared.lacksLongValues = false;
  }

  named(name: string): NamedStatement | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  setNamed(name: string, named: NamedStatement | undefined): void {
    this.#forget(name.toLowerCase());
    if (named === undefined) return;
    this.#byName.set(name.toLowerCase(), named);
    this.#bytes += named.statement.text.length;
  }

  /** Something has run that may have given the names to other statements. */
  forgetNames(): void {
    for (const name of this.#byName.keys()) this.#forget(name);
  }

  clear(): void {
    this.#byNumber.clear();
    this.#byName.clear();
    this.#bytes = 0;
    this.#longValues = 0;
    this.last = undefined;
  }

  #real(number: number): number | undefined {
    return number === LAST_PREPARED ? this.last : number;
  }

  #forget(key: string): void {
    this.#bytes -= this.#byName.get(key)?.statement.text.length ?? 0;
    this.#byName.delete(key);
  }
}
