import type { Frame } from "@sallyport/shared/frame";
import { bodyOf } from "./body.ts";

/**
 * Parse ('P'): names a statement.
 *
 *     name\0 text\0 int16 n { int32 type }*n
 */
export interface Parse {
  readonly name: string;
  /** A view of the frame, without the terminating NUL. */
  readonly text: Buffer;
  /** The numbers of the parameters' types, as far as the client says them; 0: the server shall tell. */
  readonly types: readonly number[];
}

export function decodeParse(frame: Frame): Parse {
  const reader = bodyOf(frame);
  const name = reader.string();
  const text = reader.untilNul();
  const types = Array.from({ length: reader.uint16() }, () => reader.int32() >>> 0);
  reader.expectEnd();
  return { name, text, types };
}
