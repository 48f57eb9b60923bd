import { isUtf8 } from "node:buffer";
import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";

const NULL_LENGTH = -1;
const REPLACEMENT = "\u{fffd}";
const MAX_ID = 0xffff_ffff;

/**
 * One row of an answer in text format, read column by column from left to right. The server is trusted no further than to have rows: what does
 * not read as the kind that was asked for is a fault.
 */
export class CatalogRow {
  readonly #body: ByteReader;

  /** `body`: what follows the header of a DataRow: `int16 count, { int32 length, bytes }*`. */
  constructor(body: ByteReader, columns: number) {
    this.#body = body;
    const count = body.int16();
    if (count !== columns) throw body.fault(`a row of ${count} columns where ${columns} were asked for`);
  }

  text(): string {
    const text = this.optionalText();
    if (text === undefined) throw this.#body.fault("a null where the server has none");
    return text;
  }

  optionalText(): string | undefined {
    const length = this.#body.int32();
    if (length === NULL_LENGTH) return undefined;
    const bytes = this.#body.view(length);
    const text = bytes.toString("utf8");
    if (text.includes(REPLACEMENT) && !isUtf8(bytes)) throw this.#body.fault("a name is not valid UTF-8");
    return text;
  }

  /** An object's number, or a count. */
  id(): number {
    const text = this.text();
    const id = Number(text);
    if (!/^[0-9]{1,10}$/.test(text) || id > MAX_ID) throw this.#body.fault("a number that is none");
    return id;
  }

  flag(): boolean {
    const text = this.text();
    if (text !== "t" && text !== "f") throw this.#body.fault("a truth value that is none");
    return text === "t";
  }

  /** One of the server's letters, as what it stands for. */
  word<T>(letters: ReadonlyMap<string, T>): T {
    const word = letters.get(this.text());
    if (word === undefined) throw this.#body.fault("a letter with no meaning");
    return word;
  }

  end(): void {
    this.#body.expectEnd();
  }
}
