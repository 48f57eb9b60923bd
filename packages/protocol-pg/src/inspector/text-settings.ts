/** Settings under which a text means to the server what it means to our parser. */
const required: Readonly<Record<string, string>> = {
  standard_conforming_strings: "on",
  client_encoding: "UTF8",
};

/**
 * Follows the server's report of the settings that change what a text means. While one differs, no statement can be
 * judged, since we would read another statement than the server does.
 */
export class TextSettings {
  readonly #wrong = new Map<string, string>();

  constructor(settings: Readonly<Record<string, string>>) {
    for (const [name, value] of Object.entries(settings)) this.reported(name, value);
  }

  reported(name: string, value: string): void {
    if (required[name] === undefined) return;
    if (required[name] === value) this.#wrong.delete(name);
    else this.#wrong.set(name, value);
  }

  /** Why statements cannot be read now, or undefined when they can. */
  get obstacle(): string | undefined {
    for (const [name, value] of this.#wrong) {
      return `The server's setting ${name} is "${value}"; statements can be judged only while it is "${required[name]}". Connect again.`;
    }
    return undefined;
  }
}
