import { Counter, type Registry } from "prom-client";

/** Beyond this many different label values what is new counts as `other`: what comes from outside must not fill the memory. */
const MOST_SERIES = 2_000;

/** Counts by labels at the cost of a map look-up, for places that are passed by every statement; the counter is filled when it is read. */
export class Tally<Label extends string> {
  readonly #labels: readonly Label[];
  #other = 0;
  readonly #counts = new Map<string, { readonly values: readonly string[]; count: number }>();

  constructor(
    registry: Registry,
    about: { readonly name: string; readonly help: string; readonly labels: readonly Label[] },
  ) {
    const { name, help, labels } = about;
    this.#labels = labels;
    const fill = (counter: Counter<Label>): void => this.#fill(counter);
    // registered by being made
    void new Counter({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      collect() {
        fill(this);
      },
    });
  }

  /** The values in the order of the labels. */
  add(values: readonly string[], count = 1): void {
    const key = values.join("\0");
    const known = this.#counts.get(key);
    if (known !== undefined) known.count += count;
    else if (this.#counts.size < MOST_SERIES) this.#counts.set(key, { values: [...values], count });
    else this.#other += count;
  }

  #fill(counter: Counter<Label>): void {
    counter.reset();
    const other = { values: this.#labels.map(() => "other"), count: this.#other };
    for (const { values, count } of [...this.#counts.values(), ...(this.#other > 0 ? [other] : [])]) {
      const labels: Partial<Record<Label, string>> = {};
      for (const [index, label] of this.#labels.entries()) labels[label] = values[index] ?? "";
      counter.inc(labels, count);
    }
  }
}
