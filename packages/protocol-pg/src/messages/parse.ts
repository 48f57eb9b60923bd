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
}

export function decodeParse(frame: Frame): Parse {
  const reader = bodyOf(frame);
  const name = reader.string();
  const text = reader.untilNul();
  reader.view(reader.uint16() * 4);
  reader.expectEnd();
  return { name, text };
}
