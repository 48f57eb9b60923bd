import { GatewayError } from "@sallyport/shared/errors";
import type { Page } from "../doors/page.ts";

/** Where a list goes on: the values of the columns it is ordered by. */
type Position = readonly (string | number)[];

/** Puts a page together from one row more than it may have. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  show: (row: Row) => Item,
  position: (row: Row) => Position,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? encode(position(last)) : undefined;
  return { items: shown.map(show), next };
}

function encode(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/** The position of a cursor: a moment and a text. Throws `store/invalid`. */
export function readMomentCursor(cursor: string): readonly [Date, string] {
  const [at, text] = decode(cursor);
  const moment = typeof at === "number" ? new Date(at) : undefined;
  if (moment === undefined || Number.isNaN(moment.getTime()) || typeof text !== "string") throw invalid();
  return [moment, text];
}

/** The position of a cursor: a text alone. Throws `store/invalid`. */
export function readTextCursor(cursor: string): string {
  const [text] = decode(cursor);
  if (typeof text !== "string") throw invalid();
  return text;
}

/** The position of a cursor: a whole number. Throws `store/invalid`. */
export function readNumberCursor(cursor: string): number {
  const [number] = decode(cursor);
  if (!Number.isSafeInteger(number)) throw invalid();
  return Number(number);
}

function decode(cursor: string): readonly unknown[] {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(position)) return position;
  } catch {
    // said below
  }
  throw invalid();
}

function invalid(): GatewayError {
  const detail = "The cursor is none that this list has given.";
  return new GatewayError("store/invalid", detail, { detail, hint: "Begin again without a cursor." });
}
