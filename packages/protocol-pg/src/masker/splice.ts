/** Builds a text from another one of which some parts are replaced, in order. */
export class Splice {
  readonly #text: string;
  #copied = 0;
  #built = "";
  #changed = false;

  constructor(text: string) {
    this.#text = text;
  }

  replace(start: number, end: number, by: string): void {
    this.#built += this.#text.slice(this.#copied, start) + by;
    this.#copied = end;
    this.#changed = true;
  }

  /** undefined: nothing was replaced. */
  finish(): string | undefined {
    return this.#changed ? this.#built + this.#text.slice(this.#copied) : undefined;
  }
}
