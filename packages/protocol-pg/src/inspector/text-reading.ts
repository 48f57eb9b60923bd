import type { ClientStep } from "@sallyport/shared/adapter";
import type { ReadText } from "../statements/read-text.ts";
import type { StatementReader } from "../statements/statement-reader.ts";
import type { Conversation } from "./conversation.ts";
import { dependsOnSettings } from "./depends-on-settings.ts";
import { unsureMeaning } from "./refusals.ts";

/** Reads the texts of one client, one after the other. A frame that has to wait is shown again, and its text is not read anew. */
export class TextReading {
  readonly #conversation: Conversation;
  readonly #reader: StatementReader;
  /** What the text of a waiting frame says. */
  #ahead: ReadText | undefined;

  constructor(conversation: Conversation, reader: StatementReader) {
    this.#conversation = conversation;
    this.#reader = reader;
  }

  /** What the text says; or the step to take in its place. */
  read(text: Buffer): ReadText | ClientStep {
    const unsure = this.#unsureOf(text);
    if (unsure !== undefined) return unsure;
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead !== undefined) return ahead;
    const read = this.#reader.read(text);
    if (!(read instanceof Promise)) return read;
    const until = read.then((result) => {
      this.#ahead = result;
    });
    return { kind: "wait", until };
  }

  /** What was read is needed again once the promise has resolved. */
  again(read: ReadText, until: Promise<void>): ClientStep {
    this.#ahead = read;
    return { kind: "wait", until };
  }

  /** The frame is dealt with: the next one's text is another. */
  done(): void {
    this.#ahead = undefined;
  }

  /**
   * What was sent before may call a function that changes the settings under which this text means what we would read in
   * it, and the server reports that only with ReadyForQuery: until then such a text is not read.
   */
  #unsureOf(text: Buffer): ClientStep | undefined {
    const { pipeline, progress } = this.#conversation;
    if (!(pipeline.hasRunInSegment || pipeline.owesReady) || !dependsOnSettings(text)) return undefined;
    return pipeline.hasRunInSegment ? unsureMeaning() : { kind: "wait", until: progress.next() };
  }
}
