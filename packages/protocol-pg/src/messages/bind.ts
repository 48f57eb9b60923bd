import type { Frame } from "@sallyport/shared/frame";
import type { Parameter } from "@sallyport/shared/statement";
import { bodyOf } from "./body.ts";

const NULL_LENGTH = -1;

/**
 * Bind ('B'): makes a portal of a named statement and values for its parameters.
 *
 *     portal\0 statement\0
 *     int16 f { int16 format }*f     0: all text, 1: one for all, else one each
 *     int16 n { int32 length, bytes }*n
 *     int16 r { int16 format }*r
 */
export interface Bind {
  readonly portal: string;
  readonly statement: string;
  /** Copies, since they are recorded only when the portal is executed. */
  readonly parameters: readonly Parameter[];
}

const noParameters: readonly Parameter[] = [];

/** A count of formats that does not fit is the server's to complain of. */
export function decodeBind(frame: Frame): Bind {
  const reader = bodyOf(frame);
  const portal = reader.string();
  const statement = reader.string();
  const formats = Array.from({ length: reader.uint16() }, () => reader.int16());
  const count = reader.uint16();
  const parameters: Parameter[] = [];
  for (let index = 0; index < count; index++) {
    const length = reader.int32();
    const format = (formats.length === 1 ? formats[0] : formats[index]) === 1 ? "binary" : "text";
    parameters.push({ format, value: length === NULL_LENGTH ? undefined : Buffer.from(reader.view(length)) });
  }
  reader.view(reader.uint16() * 2);
  reader.expectEnd();
  return { portal, statement, parameters: count === 0 ? noParameters : parameters };
}
