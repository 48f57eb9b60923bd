import type { Piece } from "@sallyport/shared/bytes/piece";

/** Masks the rows of one `COPY … TO STDOUT`. */
export interface CopyRows {
  /**
   * The CopyData in place of one that says `bytes[start..end)`, with its rows masked; undefined: just this one. Rows may be cut and joined in
   * any way: what is not whole yet comes with a later one, so that it may be nothing.
   */
  mask(bytes: Buffer, start: number, end: number): Piece | undefined;
  /** Nothing more comes. Throws where a row has not ended. */
  end(): void;
}
