/** What became of a batch: it was taken, will never be taken, or may be taken later. Reasons hold no secret and no part of an event. */
export type Delivery =
  /** `rejected` of them will never be taken. */
  | { readonly kind: "taken"; readonly rejected?: number }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "later"; readonly reason: string; readonly afterMs?: number | undefined };

/** A place that events go to. A queue stands in front of it, which calls it with one batch after the other and again with the same one while it says `later`. */
export interface EventSink {
  readonly kind: "stdout" | "file" | "webhook" | "otlp";
  /** Where that is, for the log. */
  readonly place: string;
  /** The events, each one line of JSON without its end. A rejection counts as `later`. */
  deliver(events: readonly string[], signal: AbortSignal): Promise<Delivery>;
  /** Takes a file anew that may have been moved away. */
  reopen?(): void;
  close(): Promise<void>;
}
