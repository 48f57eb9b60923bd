import { secretIn } from "./secret-forms.ts";
import type { SecretKind } from "./secret-kinds.ts";

/** Something that was written or said, and where. */
interface Heard {
  readonly place: string;
  readonly text: string;
  /** What may stand there: a ticket is told once to whoever asked for it. */
  readonly tells: readonly SecretKind[];
}

/** The secrets of an installation by kind, all that was heard of it, and which of them it tells. */
export class HeardPlaces {
  readonly #heard: Heard[] = [];
  readonly #secrets = new Map<SecretKind, Set<string>>();

  /** One that must be told nowhere from now on, nor before. */
  keep(kind: SecretKind, ...secrets: readonly string[]): void {
    this.#secrets.set(kind, new Set([...this.secretsOf(kind), ...secrets]));
  }

  secretsOf(kind: SecretKind): readonly string[] {
    return [...(this.#secrets.get(kind) ?? [])];
  }

  hear(place: string, text: string, tells: readonly SecretKind[] = []): void {
    if (text !== "") this.#heard.push({ place, text, tells });
  }

  get places(): readonly string[] {
    return [...new Set(this.#heard.map(({ place }) => place))];
  }

  textOf(place: string): string {
    return this.#heard.flatMap((one) => (one.place === place ? [one.text] : [])).join("\n");
  }

  /** Where secrets of a kind were heard, with the beginning of what was said there. */
  leaksOf(kind: SecretKind): readonly string[] {
    const secrets = this.secretsOf(kind);
    return this.#heard.flatMap(({ place, text, tells }) => {
      const found = tells.includes(kind) ? undefined : secretIn(text, secrets);
      if (found === undefined) return [];
      const at = text.indexOf(found);
      return [`${place}: ${text.slice(Math.max(0, at - 200), at)}[${found.slice(0, 8)}…]`];
    });
  }
}
