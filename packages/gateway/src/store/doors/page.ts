/** A part of a long list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Asks for what comes after; undefined at the end. Opaque to whoever gets it. */
  readonly next: string | undefined;
}

/** Which part of a long list. A cursor that was not given out by the same list is `store/invalid`. */
export interface PageRequest {
  readonly limit: number;
  readonly after?: string | undefined;
}
