/** Something in a policy that does nothing, or not what its author is likely to have meant. */
export interface Finding {
  readonly policy: string;
  /** Where in the document, as in `rules[0].on[1]`. */
  readonly path: string;
  readonly sentence: string;
}
