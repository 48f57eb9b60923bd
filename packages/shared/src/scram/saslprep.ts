import { holds, leftToRight, rightToLeft, unassigned } from "./stringprep-tables.ts";

/** RFC 3454 table C.1.2: spaces that become U+0020. */
const OTHER_SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;
/** Table B.1: mapped to nothing. U+200B is in both tables and counts as a space, as in PostgreSQL. */
const MAPPED_TO_NOTHING = /[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/gu;
/** Tables C.1.2, C.2.1, C.2.2, C.3 to C.9. */
const PROHIBITED =
  /[\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2063\u206a-\u206f\u3000\u0000-\u001f\u007f-\u009f\u06dd\u070f\u0340\u0341\u180e\u2ff0-\u2ffb\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufeff\ufff9-\uffff\u{1d173}-\u{1d17a}\u{1fffe}\u{1ffff}\u{2fffe}\u{2ffff}\u{3fffe}\u{3ffff}\u{4fffe}\u{4ffff}\u{5fffe}\u{5ffff}\u{6fffe}\u{6ffff}\u{7fffe}\u{7ffff}\u{8fffe}\u{8ffff}\u{9fffe}\u{9ffff}\u{afffe}\u{affff}\u{bfffe}\u{bffff}\u{cfffe}\u{cffff}\u{dfffe}\u{dffff}\u{e0001}\u{e0020}-\u{e007f}\u{efffe}-\u{10ffff}]/u;
// oxlint-disable-next-line no-control-regex -- the limits of ASCII are what is meant
const PRINTABLE_ASCII = /^[\u0020-\u007e]*$/;

/** RFC 4013 for stored strings; undefined where the profile prohibits the text. */
export function saslprep(text: string): string | undefined {
  if (PRINTABLE_ASCII.test(text)) return text;
  const prepared = text.replace(OTHER_SPACES, " ").replace(MAPPED_TO_NOTHING, "").normalize("NFKC");
  if (PROHIBITED.test(prepared) || !isBidiSafe(prepared)) return undefined;
  for (const character of text) {
    if (holds(unassigned, character.codePointAt(0) ?? 0)) return undefined;
  }
  return prepared;
}

/**
 * A password as SCRAM hashes it. Where the profile prohibits it (or leaves nothing of it), its bytes are used as they are: every
 * PostgreSQL client and server does so, and refusing would lock out passwords that work elsewhere.
 */
export function preparePassword(password: string): Buffer {
  return Buffer.from(saslprep(password) || password, "utf8");
}

/** RFC 3454 section 6: right-to-left text starts and ends so, and holds no left-to-right characters. */
function isBidiSafe(text: string): boolean {
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  if (!points.some((point) => holds(rightToLeft, point))) return true;
  const first = points[0] ?? 0;
  const last = points.at(-1) ?? 0;
  return holds(rightToLeft, first) && holds(rightToLeft, last) && !points.some((point) => holds(leftToRight, point));
}
