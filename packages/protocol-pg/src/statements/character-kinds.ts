export const OTHER = 0;
/** Begins an identifier or a keyword: letters, underscore, every byte of a multi-byte character. */
export const WORD = 1;
export const DIGIT = 2;
export const OPERATOR = 3;

/** What PostgreSQL's scanner takes each byte for. */
export const characterKinds: Uint8Array = new Uint8Array(256).map((_, byte) => {
  const character = String.fromCharCode(byte);
  if (byte >= 128 || /[A-Za-z_]/.test(character)) return WORD;
  if (/[0-9]/.test(character)) return DIGIT;
  return "~!@#^&|`?+-*/%<>=".includes(character) ? OPERATOR : OTHER;
});
