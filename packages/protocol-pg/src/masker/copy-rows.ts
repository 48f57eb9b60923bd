/** Masks the rows of one `COPY … TO STDOUT`. */
export interface CopyRows {
  /**
   * What a CopyData says once its rows are masked, good until the next one; undefined: what it said. Rows may be cut and joined in any way:
   * what is not whole yet comes with a later one, so that it may be empty.
   */
  mask(payload: Buffer): Buffer | undefined;
  /** Nothing more comes. Throws where a row has not ended. */
  end(): void;
}
