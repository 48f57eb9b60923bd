import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { Parameter } from "@sallyport/shared/statement";
import { readBoundValues, readValueCount, type BoundValues } from "./bound-values.ts";

/** Where a cursor is asked for: read-only, for update, scrollable. */
export const CURSOR_FLAGS = 0x07;
/** The number of values is said, because there may be attributes among them. */
const VALUE_COUNT_AVAILABLE = 0x08;
/** Where the flags stand in the payload, behind the command and the statement's number. */
export const FLAGS_AT = 5;

/** The fixed part of COM_STMT_EXECUTE. */
export interface ExecuteStart {
  readonly statement: number;
  readonly flags: number;
}

/** What is known of the statement that is executed. */
export interface ExecuteLayout {
  readonly parameters: number;
  readonly hasAttributes: boolean;
  readonly lastTypes: readonly number[] | undefined;
  readonly sentBefore: ReadonlyMap<number, Parameter>;
}

export function decodeExecuteStart(body: ByteReader): ExecuteStart {
  const start = { statement: body.uint32LE(), flags: body.uint8() };
  // how often it is to run, which is once
  body.skip(4);
  return start;
}

/** Reads what follows the fixed part; undefined where the client relies on types that it never sent. Only parameters' types are for the next time. */
export function decodeExecuteValues(body: ByteReader, flags: number, layout: ExecuteLayout): BoundValues | undefined {
  const { parameters, hasAttributes, lastTypes, sentBefore } = layout;
  const isCounted = hasAttributes && (parameters > 0 || (flags & VALUE_COUNT_AVAILABLE) !== 0);
  const count = isCounted ? readValueCount(body) : parameters;
  if (count < parameters) throw body.fault(`${count} values for ${parameters} parameters`);
  if (count === 0) return { types: [], values: [] };
  const bound = readBoundValues(body, { count, named: isCounted, lastTypes, sentBefore });
  if (bound === undefined) return undefined;
  body.expectEnd();
  return { types: bound.types.slice(0, parameters), values: bound.values };
}
