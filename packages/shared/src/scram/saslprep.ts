import {
  holds,
  leftToRight,
  mappedToNothing,
  otherSpaces,
  prohibited,
  rightToLeft,
  unassigned,
} from "./stringprep-tables.ts";

// oxlint-disable-next-line no-control-regex -- the limits of ASCII are what is meant
const PRINTABLE_ASCII = /^[\u0020-\u007e]*$/;

/** RFC 4013 for stored strings; undefined where the profile prohibits the text. */
export function saslprep(text: string): string | undefined {
  if (PRINTABLE_ASCII.test(text)) return text;
  if (codePointsOf(text).some((point) => holds(unassigned, point))) return undefined;
  const prepared = Array.from(text, mapped).join("").normalize("NFKC");
  const points = codePointsOf(prepared);
  return points.some((point) => holds(prohibited, point)) || !isBidiSafe(points) ? undefined : prepared;
}

/** U+200B is in both tables and counts as a space, as in PostgreSQL. */
function mapped(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  if (holds(otherSpaces, point)) return " ";
  return holds(mappedToNothing, point) ? "" : character;
}

function codePointsOf(text: string): readonly number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

/**
 * A password as SCRAM hashes it. Where the profile prohibits it (or leaves nothing of it), its bytes are used as they are: every
 * PostgreSQL client and server does so, and refusing would lock out passwords that work elsewhere.
 */
export function preparePassword(password: string): Buffer {
  return Buffer.from(saslprep(password) || password, "utf8");
}

/** RFC 3454 section 6: right-to-left text starts and ends so, and holds no left-to-right characters. */
function isBidiSafe(points: readonly number[]): boolean {
  if (!points.some((point) => holds(rightToLeft, point))) return true;
  const first = points[0] ?? 0;
  const last = points.at(-1) ?? 0;
  return holds(rightToLeft, first) && holds(rightToLeft, last) && !points.some((point) => holds(leftToRight, point));
}
