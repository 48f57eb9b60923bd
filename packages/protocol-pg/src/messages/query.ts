import type { Frame } from "@sallyport/shared/frame";
import { bodyOf } from "./body.ts";

/** Query ('Q'): one text with any number of statements. The result is a view of the frame, without the terminating NUL. */
export function decodeQuery(frame: Frame): Buffer {
  const reader = bodyOf(frame);
  const text = reader.untilNul();
  reader.expectEnd();
  return text;
}
