import type { Span } from "./span.ts";

/** Finds one kind of thing by its content, in time linear in the text, whatever the text. */
export interface Detector {
  /** What a text must have for a find to be possible, counted in its UTF-8 bytes: so most texts are never decoded. */
  readonly needs: Needs;
  find(text: string): readonly Span[];
}

export interface Needs {
  readonly bytes: number;
  readonly digits: number;
  /** One of these ASCII characters; empty: any text will do. */
  readonly anyOf: string;
}
