import { inspect } from "node:util";

const PLACEHOLDER = "[secret]";

/** A value that prints as `[secret]` wherever it ends up: logs, JSON, templates, the inspector. Only `reveal` gives it out. */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return PLACEHOLDER;
  }

  toJSON(): string {
    return PLACEHOLDER;
  }

  [inspect.custom](): string {
    return PLACEHOLDER;
  }
}
