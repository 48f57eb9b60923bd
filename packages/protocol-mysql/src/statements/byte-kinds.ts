/** What a byte outside quotes may be part of. */
export const blankByte = 1;
export const digitByte = 2;
export const nameByte = 4;

/** The kinds of every byte, as a set of bits. Bytes beyond ASCII count as part of a name; sets in which they may be more are not read unquoted. */
export const byteKinds = makeKinds();

function makeKinds(): Uint8Array {
  const kinds = new Uint8Array(256);
  for (const blank of " \t\n\v\f\r") kinds[blank.charCodeAt(0)] = blankByte;
  for (let byte = 0x80; byte < 0x100; byte++) kinds[byte] = nameByte;
  for (const letter of "abcdefghijklmnopqrstuvwxyz_$") kinds[letter.charCodeAt(0)] = nameByte;
  for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZ") kinds[letter.charCodeAt(0)] = nameByte;
  for (const digit of "0123456789") kinds[digit.charCodeAt(0)] = nameByte | digitByte;
  return kinds;
}

export function isBlank(byte: number | undefined): boolean {
  return byte !== undefined && byteKinds[byte] === blankByte;
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && ((byteKinds[byte] ?? 0) & digitByte) !== 0;
}

export function isNameByte(byte: number | undefined): boolean {
  return byte !== undefined && ((byteKinds[byte] ?? 0) & nameByte) !== 0;
}

/** The codes of the bytes that open, close or escape something. */
export const code = {
  nul: 0x00,
  newline: 0x0a,
  exclamation: 0x21,
  doubleQuote: 0x22,
  hash: 0x23,
  dollar: 0x24,
  quote: 0x27,
  star: 0x2a,
  plus: 0x2b,
  minus: 0x2d,
  dot: 0x2e,
  slash: 0x2f,
  zero: 0x30,
  colon: 0x3a,
  semicolon: 0x3b,
  equals: 0x3d,
  at: 0x40,
  upperM: 0x4d,
  backslash: 0x5c,
  backtick: 0x60,
  lowerB: 0x62,
  lowerE: 0x65,
  lowerX: 0x78,
  del: 0x7f,
} as const;
