import type { Statement } from "@sallyport/shared/statement";
import { recordParameter } from "./record-parameter.ts";
import type { RecordedEvent } from "./recorded-event.ts";

/** What a statement says, in the form a recording keeps. */
type Said = Pick<Extract<RecordedEvent, { type: "statement" }>, "text" | "textOf" | "parameters" | "parametersOf">;

/** Shorter texts and values are simply written again: a record then reads by itself. */
const LONG = 4 * 1024;
/** Of a text that an earlier record has in full, for whoever reads along. */
const BEGINNING = 256;
/** What a value takes in a record besides itself. */
const VALUE_BYTES = 8;

/**
 * Writes the long texts and values of one session once. An Execute of a few bytes may run what took megabytes to send; with
 * all of it in each record, one client could fill the disk and hold up the gateway by repeating itself.
 */
export class SaidBefore {
  readonly #ids = new WeakMap<object, string>();

  /** `id` is the record's, which later ones refer to. */
  say({ parsed, parameters }: Statement, id: string): Said {
    const { text } = parsed;
    const first = text.length > LONG ? this.#first(parsed, id) : id;
    const said = first === id ? { text } : { text: text.slice(0, BEGINNING), textOf: first };
    if (parameters.length === 0) return said;
    const bytes = parameters.reduce((sum, { value }) => sum + VALUE_BYTES + (value?.length ?? 0), 0);
    const bound = bytes > LONG ? this.#first(parameters, id) : id;
    return bound === id ? { ...said, parameters: parameters.map(recordParameter) } : { ...said, parametersOf: bound };
  }

  /** The record that has it in full: an earlier one, or this. */
  #first(said: object, id: string): string {
    const known = this.#ids.get(said);
    if (known !== undefined) return known;
    this.#ids.set(said, id);
    return id;
  }
}
